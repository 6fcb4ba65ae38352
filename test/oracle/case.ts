import type { Files } from './files.ts'

/**
 * One call, made of a real Docker and of krmpod: the same argv, stdin, environment and files. What is expected is never
 * written here: it is what docker gives.
 */
export interface Case {
  readonly name: string
  /** The words after `docker`; HERE in them is the folder that the call is made in. */
  readonly argv: readonly string[]
  /** Without it, an empty one that is at its end. */
  readonly stdin?: string | Uint8Array
  /** On top of the caller's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** In the folder that the call is made in: each side has its own, fresh for every call. */
  readonly files?: Files
  /** The function never runs: exit codes and an empty stdout are compared, the words are each program's own. */
  readonly refused?: true
  /** What is looked at beyond exit code, stdout and stderr. */
  readonly watch?: Watched
  /** Where a Pod is not a local container: in these parts the two must differ, in all others be equal. */
  readonly differs?: Differs
}

interface Differs {
  /** The row of docs/differences.md. */
  readonly key: string
  readonly in: readonly Part[]
  /** A race decides whether it shows: being equal is right as well. */
  readonly isRace?: true
}

type Watched =
  /** Stdin stays open until the stream has said something, or for 15 s: did it, while the function was at work? */
  | { readonly kind: 'live'; readonly stream: 'stdout' | 'stderr' }
  /** Are containers or Pods left when the program has ended? */
  | { readonly kind: 'left' }
  /** The same after this signal, sent at the first word on stderr. Who goes on for 8 s more is killed. */
  | { readonly kind: 'signal'; readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' }
  /** The same where the reader of stdout goes away after 6 s. */
  | { readonly kind: 'hangUp' }
  /** What is in the folder of the call afterwards? */
  | { readonly kind: 'files' }
  /** At the first word on stderr these files are put over the others; until then stdin stays open. */
  | { readonly kind: 'edit'; readonly files: Files }

/** Docker takes absolute paths only. */
export const HERE = '<here>'

export const PARTS = ['exitCode', 'stdout', 'stderr', 'live', 'left', 'files'] as const
export type Part = (typeof PARTS)[number]

/** What came of a call. */
export interface Outcome {
  /** A number, or the signal that ended the program itself. */
  readonly exitCode: number | string
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Only where the case watches it. */
  readonly live?: boolean
  /** How many containers or Pods: only where the case watches it. */
  readonly left?: number
  /** A line for each file: only where the case watches them. */
  readonly files?: readonly string[]
}
