import * as v from 'valibot'
import type { ClientCertificate } from './identity.ts'

/** What a credential plugin gave: a token, a client certificate, or both. */
export interface ExecCredential {
  readonly token?: string
  readonly certificate?: ClientCertificate
  /** Absent: good for as long as this process runs, and never kept on disk. */
  readonly expiresMs?: number
}

const text = v.nullish(v.string(), '')

const execCredential = v.object({
  apiVersion: v.string(),
  kind: v.literal('ExecCredential'),
  status: v.object({
    token: text,
    clientCertificateData: text,
    clientKeyData: text,
    expirationTimestamp: v.nullish(v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse))),
  }),
})

/** Reads a plugin's stdout. The message of what it throws names no value. */
export function parseExecCredential(stdout: string, apiVersion: string): ExecCredential {
  const result = v.safeParse(execCredential, parseJson(stdout))
  if (!result.success)
    throw new Error(`its ${v.getDotPath(result.issues[0]) ?? 'output'} is not as it should be`)
  const { output } = result
  if (output.apiVersion !== apiVersion) {
    throw new Error(`it answers in ${output.apiVersion}, but is configured for ${apiVersion}`)
  }
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = output.status
  if (token === '' && cert === '' && key === '') throw new Error('it has neither a token nor a certificate')
  if ((cert === '') !== (key === '')) throw new Error('it has only one of certificate and key')
  return {
    ...(token !== '' && { token }),
    ...(cert !== '' && { certificate: { cert, key } }),
    ...(typeof expirationTimestamp === 'number' && { expiresMs: expirationTimestamp }),
  }
}

function parseJson(stdout: string): unknown {
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error('it is not JSON')
  }
}
