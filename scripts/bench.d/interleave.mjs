import { quiet } from './quiet.mjs'

const LIMIT_MS = 300_000

/**
 * Runs every line once a round, so that whatever else the machine does meets all of them alike, and each when what the
 * one before has left to do is done. A line:
 *
 *     { name, label, run(), prepare()?, connect()?, missing? }
 *
 * `run` resolves to a sample, `{ ms, … }`; `prepare` and, right before it, `connect` are not counted; `missing` says why
 * there is nothing to run yet. Resolves to `{ [name]: { label, missing, samples } }`.
 */
export async function interleave(lines, { rounds, say }) {
  const results = Object.fromEntries(
    lines.map(({ name, label, missing }) => [name, { label, missing, samples: [] }]),
  )
  const runnable = lines.filter(({ missing }) => missing === undefined)
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, prepare, connect, run } of runnable) {
      say(`round ${round} of ${rounds}, ${name}`)
      await prepare?.()
      await quiet()
      await connect?.()
      const sample = await withLimit(run(), name)
      // The first round warms caches: images, the disk, connections.
      if (round > 0) results[name].samples.push(sample)
    }
  }
  return results
}

/** A run that hangs must not hold the others up for ever. */
async function withLimit(running, name) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} has not ended within ${LIMIT_MS} ms`)), LIMIT_MS)
  })
  return Promise.race([running, late]).finally(() => clearTimeout(timer))
}
