import * as http from 'node:http'
import * as https from 'node:https'
import { text } from 'node:stream/consumers'
import type { Environment } from '../../settings/user-dirs.ts'
import { proxyFor } from '../proxy/proxy-for.ts'
import { systemRoots } from '../system-roots.ts'

export interface Call {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly form?: URLSearchParams
}

export interface Route {
  readonly env: Environment
  readonly ca: string | undefined
}

export interface Answer {
  readonly url: URL
  readonly status: number
  readonly body: string
}

const TIMEOUT_MS = 30_000

/** One small request to an identity provider, by way of the environment's proxy. Redirects are not followed. */
export async function fetchText({ url, headers, form }: Call, { env, ca }: Route): Promise<Answer> {
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
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject).end(form?.toString())
  })
  const body = await text(response)
  agent?.destroy()
  return { url, status: response.statusCode ?? 0, body }
}
