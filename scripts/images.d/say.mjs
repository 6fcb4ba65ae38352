/** One line of progress, in the form of scripts/cluster. */
export function say(text) {
  const seconds = Math.floor(performance.now() / 1000)
  const elapsed =
    seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
  process.stderr.write(`${elapsed.padStart(6)}  ${text}\n`)
}
