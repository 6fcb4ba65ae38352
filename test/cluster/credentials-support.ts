import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import * as http from 'node:http'
import * as https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Credentials } from '../../src/cluster/credentials.ts'
import { type CredentialSources, loadCredentials } from '../../src/cluster/load-credentials.ts'
import type { Seen } from '../doubles/echo-server.ts'

/** A kubeconfig with one context `main`, written as JSON, which is YAML, too. */
export function kubeconfig({
  cluster,
  user,
  context,
}: {
  cluster: object
  user?: object
  context?: object
}): string {
  return JSON.stringify({
    'current-context': 'main',
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u', ...context } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: user ?? {} }],
  })
}

export interface Workplace {
  readonly dir: string
  readonly home: string
  /** Writes a file below the folder and gives its path. */
  write(name: string, content: string, mode?: number): Promise<string>
  /** Credentials with no environment but this; the service account folder is `dir/serviceaccount`. */
  load(sources?: Partial<CredentialSources>): Promise<Credentials>
  remove(): Promise<void>
}

export async function workplace(): Promise<Workplace> {
  const dir = await mkdtemp(join(tmpdir(), 'krmpod-credentials-'))
  const home = join(dir, 'home')
  await mkdir(home)
  return {
    dir,
    home,
    write: async (name, content, mode = 0o644) => {
      const path = join(dir, name)
      await mkdir(join(path, '..'), { recursive: true })
      await writeFile(path, content, { mode })
      return path
    },
    load: (sources = {}) =>
      loadCredentials({
        settings: { credentials: { cache: 'on' } },
        env: {},
        home,
        serviceAccountDir: join(dir, 'serviceaccount'),
        ...sources,
      }),
    remove: () => rm(dir, { recursive: true }),
  }
}

/** A real request with these credentials, to an echo server. */
export async function ask(credentials: Credentials, path = '/api'): Promise<Seen> {
  const { server, proxyAgent, tls } = credentials
  const url = new URL(server)
  url.pathname = url.pathname.replace(/\/$/, '') + path
  const headers = await credentials.headers()
  const request = (server.protocol === 'http:' ? http : https).request(url, {
    headers,
    ...tls,
    agent: proxyAgent ?? false,
  })
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject).end()
  })
  const seen = JSON.parse(await text(response)) as Seen
  proxyAgent?.destroy()
  return seen
}
