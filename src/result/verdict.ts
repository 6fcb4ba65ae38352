import type { RunError } from '../errors/run-error.ts'

/** What a Pod's status says about the run, at one moment. */
export type Verdict =
  /** `detail`: what is waited for, in words, when the status tells. */
  | { readonly kind: 'waiting'; readonly phase: WaitingPhase; readonly detail?: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'exited'; readonly code: number; readonly reason: string }
  /** Final: the function will never run, or how it ended can no longer be known. */
  | { readonly kind: 'failed'; readonly error: RunError }

/** `starting`: the sandbox is ready, so attach may be tried. */
type WaitingPhase = 'scheduling' | 'preparing' | 'starting'
