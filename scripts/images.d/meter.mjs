import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'

/** A stream that passes everything on and knows its length and digest. */
export function meter() {
  const hash = createHash('sha256')
  let size = 0
  const stream = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  return { stream, measured: () => ({ digest: `sha256:${hash.digest('hex')}`, size }) }
}
