import type { Readable, Writable } from 'node:stream'
import type { ApiClient } from '../cluster/api-client.ts'
import type { AskedPolicies } from '../cluster/asked-policies.ts'
import type { Memory } from '../cluster/memory.ts'
import type { WantedImage } from '../cluster/registry/look-up.ts'
import type { PullLogins } from '../cluster/registry/pull-logins.ts'
import type { Sources } from '../mounts/sources.ts'
import type { ImageConfig } from '../plan/exec-command.ts'
import type { RunResult } from '../result/run-result.ts'
import type { Exit, Output } from '../session/session.ts'
import type { Trace } from '../session/trace.ts'
import type { Spool } from '../streams/spool.ts'

/** The world around one run, passed in so that a test, or a program that calls us, can be that world. */
export interface RunHost {
  readonly api: ApiClient
  readonly namespace: string
  /** Being filled from the caller's stdin since the process began. */
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  /** For output and input that do not fit into memory. */
  readonly temporaryDirectory: string
  readonly now: () => Date
  readonly newRunId: () => string
  readonly trace: Trace
  /** Aborted with a RunError when the caller wants the run to end: a signal, a broken stdout. */
  readonly interrupted: AbortSignal
  /** What earlier runs have learned. */
  readonly memory: Memory
  /** An image's own command, from its registry. Throws an Error that says why it is not known. */
  readonly imageConfig: (wanted: WantedImage) => Promise<ImageConfig>
  /** The caller's docker logins for these images. */
  readonly pullLogins: (images: readonly string[]) => Promise<PullLogins>
  /** A function without a network whose output got lost is run again, with the same stdin. */
  readonly rerun: boolean
  /** `--keep`: leave the Pod where it is. */
  readonly keep: boolean
  /** How long an upload may stand still before it is given up. */
  readonly stallMs?: number
  /** From how many bytes on it goes over SPDY. */
  readonly spdyFromBytes?: number
  /** Where small trees are not to be packed, as large ones never are. */
  readonly packUploads?: false
  /** What a person who tries a function out may want to know. */
  readonly onHint?: (text: string) => void
  /** The run has made its Pod, and waits for it. */
  readonly onCreated?: () => void
  /** Others of the caller's runs come before what is only for a later one. */
  readonly putOff?: (work: PutOff) => void
  /** The caller's stdin, where it is being kept already; the run closes it. */
  readonly keptStdin?: Spool
  /** The namespace's, where they were asked for already. */
  readonly policies?: AskedPolicies
  /** The files of the bind mounts, where they were looked at already. */
  readonly sources?: Sources
  /** What was found during the run that speaks against it: the function was not without a network. */
  readonly onDoubt?: (why: string) => void
  /** stdout was proven whole, and has left krmpod; the streams can still be read. Never rejects. */
  readonly onReleased?: (released: Released) => Promise<void> | void
}

/** What a run would do for a later one. */
export interface PutOff {
  /** Of such runs. */
  readonly key: string
  /** Of one key, more is of no use. */
  readonly most: number
  /** Never rejects; may take as long as the API server likes. */
  readonly work: () => Promise<void>
}

export interface Released {
  readonly output: Output
  readonly exit: Exit
  readonly result: RunResult
  /** All that was passed on of it, but for what `output` has from before. */
  readonly stderr: Spool
}
