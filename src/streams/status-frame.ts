import type { Status } from '../kube/types.ts'

/** The last word of a stream. attach always says `success` when the stream ends: it never carries an exit code. */
export type StreamStatus =
  | { readonly kind: 'success' }
  /** 1.30–1.35 answer 101 first and say only here that the container does not run (yet, or any more). */
  | { readonly kind: 'notAttached'; readonly message: string }
  | { readonly kind: 'failure'; readonly message: string }

// The last is the runtime's, asked in the moment in which the container starts or ends.
const NOT_ATTACHED = /unable to upgrade connection|container (?:.* )?not found|error attaching to container/

/** `json`: one metav1.Status, as sent on channel 3. */
export function parseStatusFrame(json: string): StreamStatus {
  const status = parse(json)
  if (!status) return { kind: 'failure', message: 'the server sent a status that is not JSON' }
  if (status.status === 'Success') return { kind: 'success' }
  const message = status.message ?? status.reason ?? 'no message'
  return { kind: NOT_ATTACHED.test(message) ? 'notAttached' : 'failure', message }
}

function parse(json: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
