import { readFileSync } from 'node:fs'

const POLL_MS = 50

/** Peak resident memory (VmHWM, Linux) of a process, in bytes, from now until it is asked for. */
export function watchPeak(pid) {
  let bytes = 0
  const look = () => {
    try {
      const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      bytes = Math.max(bytes, Number(kibibytes ?? 0) * 1024)
    } catch {
      // It has ended.
    }
  }
  const timer = setInterval(look, POLL_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return bytes
    },
  }
}
