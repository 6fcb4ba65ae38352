import { ApiError, ConnectionError } from '../cluster/api-error.ts'
import { RunError } from '../errors/run-error.ts'

interface Where {
  readonly namespace: string
  readonly server: string
}

/** A failed request in the catalogue's words. Anything that is not of the API comes back as it is. */
export function apiFailure(error: unknown, { namespace, server }: Where): unknown {
  if (error instanceof ConnectionError) {
    return new RunError(
      'API_UNREACHABLE',
      { server, problem: error.message || error.problem },
      { cause: error },
    )
  }
  if (!(error instanceof ApiError)) return error
  const { status, message } = error
  const { verb, resource } = error.action
  if (status === 401) return new RunError('UNAUTHORIZED', { server }, { cause: error })
  const notes = notesOn(message)
  if (status === 403) {
    const missing = missingVerb(error)
    return new RunError('FORBIDDEN', { verb: missing, resource, namespace, message }, { cause: error, notes })
  }
  if (status === 404 && message.startsWith('namespaces ')) {
    return new RunError('NAMESPACE_NOT_FOUND', { namespace }, { cause: error })
  }
  return new RunError('API_REJECTED', { verb, resource, status, message }, { cause: error, notes })
}

/** A WebSocket is a GET; that it also needs create, the API server checks afterwards (1.35), without a word of why. */
function missingVerb({ action: { verb, resource }, message }: ApiError): string {
  const isStream = resource === 'pods/attach' || resource === 'pods/exec'
  return isStream && !message.includes('cannot get resource') ? 'create' : verb
}

/** A server without image volumes drops what it does not know, and misses a type; an older Pod Security knows none. */
function notesOn(message: string): readonly string[] {
  if (/must specify a volume type|restricted volume types/.test(message))
    return ['Of the mounts, type=image needs image volumes, which Kubernetes has by default since 1.35.']
  if (/violates PodSecurity/.test(message) && /runAsNonRoot|runAsUser=0/.test(message))
    return [
      'The function was to run as root (--user 0:0, or --as-current-user by root), which this namespace refuses.',
    ]
  return []
}

/** Trouble that may pass by itself: waited for inside the deadline. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError) return !error.isFinal
  if (!(error instanceof ApiError)) return false
  if (error.status === 429 || error.status >= 500) return true
  // A full quota, and a namespace so new that its service account is still missing, come as 403;
  // two requests that update one quota at once, as 409 Conflict.
  if (error.status === 403) return /exceeded quota|error looking up service account/.test(error.message)
  return error.status === 409 && error.reason === 'Conflict'
}
