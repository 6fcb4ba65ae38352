import { findResult } from '../../../src/cache/find-result.ts'
import { keepResult } from '../../../src/cache/store.ts'
import { keyFor, toKeep } from './kept.ts'

// One of several processes that keep and find the same results at once: hammer.mjs DIR MAX_BYTES ROUNDS. Prints how
// often it found one; fails on one that is not, byte for byte, what belongs to its key.

const NAMES = 8
const [dir = '', maxBytes = '0', rounds = '0'] = process.argv.slice(2)
let hits = 0
for (let round = 0; round < Number(rounds); round += 1) {
  const index = Math.floor(Math.random() * NAMES)
  const key = keyFor(`${index}`)
  const stdout = Buffer.alloc(5_000 * (index + 1), `result ${index}\n`)
  const kept = findResult({ dir }, key)
  if (kept && !(kept.stdout.equals(stdout) && kept.stderr.equals(Buffer.from(`${index}`))))
    throw new Error(`a wrong result for ${index}: ${kept.stdout.toString('latin1', 0, 30)}`)
  if (kept) hits += 1
  else await keepResult({ dir, maxBytes: Number(maxBytes) }, key, toKeep({ stderr: `${index}`, stdout }))
}
process.stdout.write(`${hits}\n`)
