import { createCipheriv, createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { list } from '../../mounts/support/tree-on-disk.ts'
import type { FakeFunction, FunctionIo } from './container.ts'
import { cat, printAll, readAll } from './programs.ts'

/** The fixtures' `probe`, as far as it is needed here: the same steps in the same words (fixtures/README.md). */
export function probe(words: readonly string[]): FakeFunction {
  return async (io) => {
    let input: Buffer = Buffer.alloc(0)
    for (const word of words) {
      const [step = '', value = ''] = word.split(/=(.*)/s)
      if (step === 'read') input = await readAll(io.stdin)
      else if (step === 'exit') return Number(value)
      else await take(step, { value, input, io })
    }
    return 0
  }
}

interface Step {
  readonly value: string
  readonly input: Buffer
  readonly io: FunctionIo
}

async function take(step: string, { value, input, io }: Step): Promise<void> {
  if (step === 'copy') await cat(io)
  else if (step === 'echo') await printAll(io.stdout, input)
  else if (step === 'digest') await io.stdout(digestOf(await readAll(io.stdin)))
  else if (step === 'tree') await io.stdout(treeDigestOf(io.mounted(value)))
  else if (step === 'stdout' || step === 'stderr') await io[step](unescaped(value))
  else if (step === 'random' || step === 'text')
    await onStreams(step === 'random' ? noise : lines, { value, io })
  else if (step === 'sleep')
    await sleep(1000 * Number(value), undefined, { signal: io.killed }).catch(() => undefined)
  else throw new Error(`probe has no step ${step} here`)
}

async function onStreams(
  make: (bytes: number) => Buffer,
  { value, io }: Pick<Step, 'value' | 'io'>,
): Promise<void> {
  const [size = '', to = 'stdout'] = value.split(':')
  const all = make(sizeOf(size))
  const streams = (['stdout', 'stderr'] as const).filter((name) => to === name || to === 'both')
  await Promise.all(streams.map((name) => printAll(io[name], all)))
}

function sizeOf(text: string): number {
  const unit = { KiB: 1024, MiB: 1024 ** 2 }[text.replace(/^\d+/, '')] ?? 1
  return Number.parseInt(text, 10) * unit
}

const ESCAPED: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\t': '\t' }

/** `\n` and the like, as in a Go string. */
function unescaped(text: string): string {
  return text.replaceAll(/\\[nrt]/g, (escape) => ESCAPED[escape] ?? escape)
}

/** What `digest` prints. */
export function digestOf(input: Buffer): string {
  return `{"bytes":${input.length},"sha256":"${createHash('sha256').update(input).digest('hex')}"}\n`
}

/** What `tree=DIR` prints. */
export function treeDigestOf(path: string): string {
  const lines = list(path)
  return `{"entries":${lines.length},"sha256":"${createHash('sha256').update(lines.join('\n')).digest('hex')}"}\n`
}

/** What `random=BYTES` prints. */
export function noise(bytes: number): Buffer {
  const zeros = Buffer.alloc(16)
  return createCipheriv('aes-128-ctr', zeros, zeros).update(Buffer.alloc(bytes))
}

/** What `text=BYTES` prints. */
export function lines(bytes: number): Buffer {
  const made =
    madeLines.get(bytes) ??
    Buffer.from(noise(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n')).subarray(0, bytes)
  madeLines.set(bytes, made)
  return made
}

const madeLines = new Map<number, Buffer>()
