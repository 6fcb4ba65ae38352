import type { RunError } from '../errors/run-error.ts'
import type { Changes } from '../mounts/apply.ts'
import type { Spool } from '../streams/spool.ts'

/** One function run, however it is brought about: a fresh Pod by attach; later by exec, or a Pod that was waiting. */
export interface Session {
  /** What has arrived of stderr, to be passed on live. */
  readonly stderr: Spool
  /** Makes what the function runs in, and resolves to the Pod's UID; rejects when it cannot be made. */
  open(): Promise<string>
  /** Starts the streams. The function gets all of `stdin`, while it is being filled, and then its end. */
  feed(stdin: Spool): void
  /** What the function printed, proven whole; rejects with a RunError when it is not. */
  output(): Promise<Output>
  /** The function's own exit code, from kubelet; rejects with a RunError when there is none. */
  exitCode(): Promise<Exit>
  /** Of the image that the node runs, where it says so. */
  imageDigest(): string | undefined
  /** What the cluster has to say about a failure, a line each: the Pod's events. */
  notes(failure: RunError): Promise<readonly string[]>
  /** Ends everything the session opened, in every case, bounded in time; tells, in a line each, what it left behind. */
  close(how: CloseOptions): Promise<readonly string[]>
  /** Lets go of what was kept of the streams; nothing of them can be read any more. */
  discard(): void
}

export interface Output {
  readonly stdout: Spool
  /** Passed on already. */
  readonly stderr: { readonly bytes: number }
  /** Output from before the first byte of `stdout` or `stderr`; goes first. */
  readonly before: { readonly stdout: Buffer; readonly stderr: Buffer }
  /** What the function did to files of the caller's, to be done to them as well. */
  readonly changes?: Changes
}

export interface Exit {
  readonly code: number
  readonly reason: string
}

export interface CloseOptions {
  /** Time for the function to end by itself before it is killed. */
  readonly graceSeconds: number
  /** Leave the Pod where it is, for debugging. */
  readonly keep: boolean
  /** Not before the cluster knows nothing of the Pod any more. */
  readonly untilGone?: boolean
}
