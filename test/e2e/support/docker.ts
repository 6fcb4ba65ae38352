import { join } from 'node:path'
import { execa } from 'execa'

const root = join(import.meta.dirname, '../../..')
export const BIN: string = join(root, 'bin')

/** As kustomize writes it, without its two default variables. */
export const AS_KUSTOMIZE: readonly string[] = [
  'run',
  '--rm',
  '-i',
  '-a',
  'STDIN',
  '-a',
  'STDOUT',
  '-a',
  'STDERR',
  '--network',
  'none',
  '--user',
  'nobody',
  '--security-opt=no-new-privileges',
]

interface Call {
  readonly namespace: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  readonly program?: 'docker' | 'krmpod'
}

export interface Ended {
  readonly exitCode: number
  readonly stdout: Buffer
  readonly stderr: string
}

const OPTIONS = {
  encoding: 'buffer',
  reject: false,
  stripFinalNewline: false,
  maxBuffer: 1024 * 1024 * 1024,
} as const

/** Starts the built program, as kustomize would: pipes, and the environment of its caller. */
export function start(
  args: readonly string[],
  { namespace, env = {}, input = '', program = 'docker' }: Call,
) {
  return execa({ ...OPTIONS, input, env: { KRMPOD_NAMESPACE: namespace, ...env } })(join(BIN, program), [
    ...args,
  ])
}

export async function docker(args: readonly string[], call: Call): Promise<Ended> {
  const { exitCode = -1, stdout, stderr } = await start(args, call)
  return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr).toString('utf8') }
}
