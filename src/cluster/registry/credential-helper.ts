import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import * as v from 'valibot'
import type { Environment } from '../../settings/user-dirs.ts'
import type { Login } from './login.ts'

const answer = v.object({ Username: v.string(), Secret: v.string() })

const TIMEOUT_MS = 10_000
/** docker's name for Docker Hub, older than its registry. */
const HUB_URL = 'https://index.docker.io/v1/'

/**
 * Asks `docker-credential-NAME get` (github.com/docker/docker-credential-helpers). Undefined when it knows nothing of
 * this registry, which it says with an exit code.
 */
export async function askHelper(
  name: string,
  { registry, env }: { registry: string; env: Environment },
): Promise<Login | undefined> {
  const child = spawn(`docker-credential-${name}`, ['get'], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: TIMEOUT_MS,
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(registry === 'docker.io' ? HUB_URL : registry)
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0))
  })
  const [said, isGood] = await Promise.all([text(child.stdout).catch(() => ''), ended])
  return isGood ? loginOf(said) : undefined
}

function loginOf(said: string): Login | undefined {
  try {
    const { Username: username, Secret: secret } = v.parse(answer, JSON.parse(said))
    if (username === '<token>') return { kind: 'identityToken', token: secret }
    return { kind: 'password', username, password: secret }
  } catch {
    return undefined
  }
}
