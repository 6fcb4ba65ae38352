import { apiFailure } from '../session/api-failure.ts'
import type { RunHost } from './host.ts'

/** Failed requests in the catalogue's words. */
export function explainFor({
  api,
  namespace,
}: Pick<RunHost, 'api' | 'namespace'>): (error: unknown) => unknown {
  return (error) => apiFailure(error, { namespace, server: api.credentials.server.origin })
}
