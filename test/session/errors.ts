import { type Action, ApiError, ConnectionError } from '../../src/cluster/api-error.ts'

export const action: Action = { verb: 'create', resource: 'pods' }

export function apiError(status: number, message = `HTTP ${status}`, reason = ''): ApiError {
  return new ApiError(action, { status, headers: {}, body: Buffer.from(JSON.stringify({ message, reason })) })
}

export function connectionError(code: string): ConnectionError {
  return new ConnectionError(action, Object.assign(new Error(`connect ${code}`), { code }))
}
