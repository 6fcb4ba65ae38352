import { findResult } from '../../../src/cache/find-result.ts'
import { keepResult } from '../../../src/cache/store.ts'
import { keyFor, texts, toKeep } from './kept.ts'

// Keeps a result, or looks for it, where that may fail: one-result.mjs find|keep DIR BYTES. Prints what came of it.

const [what, dir = '', bytes = '0'] = process.argv.slice(2)
const place = { dir, maxBytes: 2 ** 30 }
const stdout = Buffer.alloc(Number(bytes), 'x')
const outcome =
  what === 'keep'
    ? await keepResult(place, keyFor('a'), toKeep({ stderr: '', stdout })).catch(
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      )
    : (texts(findResult(place, keyFor('a'))) ?? 'nothing')
process.stdout.write(JSON.stringify(outcome ?? 'an error without a code'))
