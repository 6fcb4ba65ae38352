import { createCipheriv } from 'node:crypto'
import type { Case } from '../case.ts'
import { asKustomize, shell } from './argv.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Around the buffers on the way: a pipe holds 64 KiB, containerd copies 32 KiB, an API frame has 4 KiB and more. */
const SIZES = [1, 4095, 4096, 32 * KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, MIB, 10 * MIB]

function noise(bytes: number): Buffer {
  const zeros = Buffer.alloc(16)
  return createCipheriv('aes-128-ctr', zeros, zeros).update(Buffer.alloc(bytes))
}

/** Much and little, in long lines and short ones. */
export const LENGTHS: readonly Case[] = [
  ...SIZES.map((size) => ({
    name: `${size} bytes through cat`,
    argv: asKustomize('cat'),
    stdin: noise(size),
  })),
  { name: '50 MiB of input', argv: asKustomize('sink'), stdin: noise(50 * MIB) },
  {
    name: '20 MiB of noise on both streams at once',
    argv: asKustomize('probe', 'read', 'random=20MiB:both'),
    stdin: 'x',
  },
  { name: '30 MiB of lines', argv: asKustomize('probe', 'read', 'text=30MiB'), stdin: 'x' },
  {
    name: '3 MiB on stderr, nothing on stdout',
    argv: asKustomize('probe', 'read', 'text=3MiB:stderr'),
    stdin: 'x',
  },
  { name: 'a line of 2 MiB', argv: asKustomize('cat'), stdin: 'x'.repeat(2 * MIB) },
  { name: '100,000 empty lines', argv: asKustomize('cat'), stdin: '\n'.repeat(100_000) },
  { name: 'a byte at a time', argv: shell('for i in $(seq 300); do printf x; done') },
]
