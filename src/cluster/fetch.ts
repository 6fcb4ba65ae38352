import * as http from 'node:http'
import * as https from 'node:https'
import type { Environment } from '../settings/user-dirs.ts'
import { ignoreLateErrors } from './http/late-errors.ts'
import { proxyFor } from './proxy/proxy-for.ts'
import { systemRoots } from './system-roots.ts'

export interface Call {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly form?: URLSearchParams
}

export interface Route {
  readonly env: Environment
  /** PEM; undefined: the authorities that this machine trusts. */
  readonly ca: string | undefined
}

export interface Answer {
  readonly url: URL
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

const TIMEOUT_MS = 30_000
const MAX_BYTES = 8 * 1024 * 1024

/**
 * One small request to a server that is not the cluster's, an identity provider or a registry, by way of the
 * environment's proxy. Redirects are not followed.
 */
export async function fetchOnce({ url, headers, form }: Call, { env, ca }: Route): Promise<Answer> {
  const roots = ca ?? (await systemRoots(env))
  const agent = await proxyFor({ server: url, env })
  const request = (url.protocol === 'http:' ? http : https).request(url, {
    method: form ? 'POST' : 'GET',
    headers: { ...headers, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
    ...(agent && { agent }),
    ...(roots && { ca: roots }),
    rejectUnauthorized: true,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  ignoreLateErrors(request)
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject).end(form?.toString())
    })
    const body = await collect(response)
    return { url, status: response.statusCode ?? 0, headers: response.headers, body }
  } finally {
    agent?.destroy()
  }
}

async function collect(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
