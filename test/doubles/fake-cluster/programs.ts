import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeFunction, FunctionIo } from './container.ts'

/** stdin to stdout, byte for byte, as it comes. */
export const cat: FakeFunction = async ({ stdin, stdout }) => {
  for await (const chunk of stdin) await stdout(chunk)
  return 0
}

/** Reads all of stdin, then prints `text` on stdout. */
export function answers(text: string | Buffer): FakeFunction {
  return async ({ stdin, stdout }) => {
    await readAll(stdin)
    await stdout(text)
    return 0
  }
}

/** As a real function: all of stdin first, then all of it to stdout. */
export const echo: FakeFunction = async ({ stdin, stdout }) => {
  await stdout(await readAll(stdin))
  return 0
}

/** Ends with `code` after its stdin, with these words on stdout and stderr. */
export function exits(code: number, words: { stdout?: string; stderr?: string } = {}): FakeFunction {
  return async ({ stdin, stdout, stderr }) => {
    await readAll(stdin)
    await stdout(words.stdout ?? '')
    await stderr(words.stderr ?? '')
    return code
  }
}

/** Prints `bytes` of `pattern`, over and over, in pieces of 16 KiB, once stdin has ended. */
export function prints(pattern: string | Buffer, bytes: number): FakeFunction {
  return async ({ stdin, stdout }) => {
    await readAll(stdin)
    await printAll(stdout, Buffer.alloc(bytes, pattern))
    return 0
  }
}

export async function printAll(write: FunctionIo['stdout'], all: Buffer): Promise<void> {
  for (let at = 0; at < all.length; at += 16 * 1024) await write(all.subarray(at, at + 16 * 1024))
}

/** Never reads, never ends by itself. */
export const hangs: FakeFunction = async ({ killed }) => {
  await sleep(2 ** 30, undefined, { signal: killed, ref: false }).catch(() => undefined)
  return 143
}

export async function readAll(stdin: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(chunk)
  return Buffer.concat(chunks)
}
