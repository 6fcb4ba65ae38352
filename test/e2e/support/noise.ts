import { createCipheriv } from 'node:crypto'

/** What the probe's `random=SIZE` prints. */
export function noise(bytes: number): Buffer {
  const zeros = Buffer.alloc(16)
  return createCipheriv('aes-128-ctr', zeros, zeros).update(Buffer.alloc(bytes))
}
