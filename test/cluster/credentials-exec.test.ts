import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CredentialSources } from '../../src/cluster/load-credentials.ts'
import { RunError } from '../../src/errors/run-error.ts'
import { makeAuthority } from '../doubles/certificates.ts'
import { echoServer } from '../doubles/echo-server.ts'
import { ask, kubeconfig, type Workplace, workplace } from './credentials-support.ts'

const V1 = 'client.authentication.k8s.io/v1'
const NOW = Date.parse('2030-01-01T00:00:00Z')

let place: Workplace
let calls: string

beforeEach(async () => {
  place = await workplace()
  calls = join(place.dir, 'calls')
})
afterEach(() => place.remove())

/** A plugin that notes each call in `calls` and then does what the script says. */
async function plugin(script: string): Promise<string> {
  return place.write('bin/plugin', `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >>'${calls}'\n${script}\n`, 0o755)
}

function answer(status: object, apiVersion = V1): string {
  return `cat <<'JSON'\n${JSON.stringify({ kind: 'ExecCredential', apiVersion, status })}\nJSON`
}

/** A token with the number of the call, good for so many seconds after NOW. */
function numbered(seconds?: number): string {
  const until =
    seconds === undefined ? '' : `,"expirationTimestamp":"${new Date(NOW + seconds * 1000).toISOString()}"`
  return `echo '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"'$(wc -l <'${calls}')'"${until}}}'`
}

async function callsMade(): Promise<string[]> {
  const text = await readFile(calls, 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

async function load(exec: object, sources: Partial<CredentialSources> = {}): ReturnType<Workplace['load']> {
  const cluster = { server: 'https://x' }
  const config = { apiVersion: V1, command: './bin/plugin', interactiveMode: 'Never', ...exec }
  await place.write('config', kubeconfig({ cluster, user: { exec: config } }))
  const env = { PATH: '/bin:/usr/bin', KUBECONFIG: join(place.dir, 'config'), ...sources.env }
  return place.load({ now: () => NOW, ...sources, env })
}

async function tokenOf(exec: object = {}, sources: Partial<CredentialSources> = {}): Promise<unknown> {
  return (await (await load(exec, sources)).headers())['authorization']
}

describe('what the plugin is given', () => {
  test('its arguments and variables, on top of the caller’s environment; stdin is at its end', async () => {
    await plugin('cat; echo "$1-$2-$OWN-$CALLER-$PATH" >&2; exit 3')
    const exec = { args: ['get', 'a b'], env: [{ name: 'OWN', value: '1' }] }
    await expect(load(exec, { env: { CALLER: '2' } })).rejects.toThrow(/: get-a b-1-2-\/bin:\/usr\/bin$/)
  })

  test.each([V1, 'client.authentication.k8s.io/v1beta1'])(
    'KUBERNETES_EXEC_INFO of %s',
    async (apiVersion) => {
      await plugin(answer({ token: 'abc' }, apiVersion))
      expect(await tokenOf({ apiVersion })).toBe('Bearer abc')
      const [info = ''] = await callsMade()
      expect(JSON.parse(info)).toEqual({ kind: 'ExecCredential', apiVersion, spec: { interactive: false } })
    },
  )

  test('the cluster, when it wants to know', async () => {
    const { cert } = makeAuthority(place.dir)
    const cluster = {
      server: 'https://x/path',
      'certificate-authority': 'test-ca.crt',
      'tls-server-name': 'y',
      'proxy-url': 'http://proxy:1',
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'z' } }],
    }
    const exec = { apiVersion: V1, command: await plugin(answer({ token: 'abc' })), provideClusterInfo: true }
    await place.write('config', kubeconfig({ cluster, user: { exec } }))
    await place.load({ env: { PATH: '/bin:/usr/bin', KUBECONFIG: join(place.dir, 'config') } })
    const [info = ''] = await callsMade()
    expect(JSON.parse(info)).toMatchObject({
      spec: {
        cluster: {
          server: 'https://x/path',
          'certificate-authority-data': Buffer.from(cert).toString('base64'),
          'tls-server-name': 'y',
          'proxy-url': 'http://proxy:1',
          config: { audience: 'z' },
        },
      },
    })
  })

  test('a command without a slash is looked for in PATH', async () => {
    await plugin(answer({ token: 'from-path' }))
    const env = { PATH: `${place.dir}/bin:/bin:/usr/bin` }
    expect(await tokenOf({ command: 'plugin' }, { env })).toBe('Bearer from-path')
  })
})

describe('what it gives', () => {
  test('a client certificate: used for the next connection, and renewed', async () => {
    const authority = makeAuthority(place.dir)
    await using server = await echoServer(authority.issue('server', ['IP:127.0.0.1']), authority.cert)
    for (const name of ['one', 'two']) {
      const { cert, key } = authority.issue(name)
      const status = { clientCertificateData: cert, clientKeyData: key }
      const body = JSON.stringify({ kind: 'ExecCredential', apiVersion: V1, status })
      await place.write(`answer-${name}`, body)
    }
    const script = `[ $(wc -l <'${calls}') = 1 ] && exec cat '${place.dir}/answer-one'; exec cat '${place.dir}/answer-two'`
    const exec = { apiVersion: V1, command: await plugin(script) }
    const cluster = { server: `https://127.0.0.1:${server.port}`, 'certificate-authority': 'test-ca.crt' }
    await place.write('config', kubeconfig({ cluster, user: { exec } }))
    const credentials = await place.load({
      env: { PATH: '/bin:/usr/bin', KUBECONFIG: join(place.dir, 'config') },
    })
    expect(await ask(credentials)).toMatchObject({ clientName: 'one' })
    await credentials.refresh?.()
    expect(await ask(credentials)).toMatchObject({ clientName: 'two' })
  })

  test('a token that expires during the run is fetched anew, once for all who wait', async () => {
    await plugin(numbered(600))
    let now = NOW
    const credentials = await load({}, { now: () => now })
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer 1' })
    now += 600_000
    const headers = await Promise.all([credentials.headers(), credentials.headers(), credentials.headers()])
    expect(headers).toEqual(Array(3).fill({ authorization: 'Bearer 2' }))
  })

  test('refresh() gets another one, whatever the first one’s date', async () => {
    await plugin(numbered())
    const credentials = await load({})
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer 1' })
    await credentials.refresh?.()
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer 2' })
  })

  test('a token beside it wins, and the plugin is not run', async () => {
    const exec = { apiVersion: V1, command: await plugin('exit 1') }
    await place.write(
      'config',
      kubeconfig({ cluster: { server: 'https://x' }, user: { exec, token: 'mine' } }),
    )
    const credentials = await place.load({ env: { KUBECONFIG: join(place.dir, 'config') } })
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer mine' })
    expect(await callsMade()).toEqual([])
  })
})

describe('the copy on disk', () => {
  const cacheDir = (): string => join(place.home, '.cache/krmpod/credentials')

  async function onlyEntry(): Promise<string> {
    const [name = '', ...others] = await readdir(cacheDir())
    expect(others).toEqual([])
    return join(cacheDir(), name)
  }

  test('serves the next process, and only its owner can read it', async () => {
    await plugin(numbered(600))
    expect(await tokenOf()).toBe('Bearer 1')
    expect(await tokenOf()).toBe('Bearer 1')
    expect((await stat(await onlyEntry())).mode & 0o777).toBe(0o600)
    expect((await stat(cacheDir())).mode & 0o777).toBe(0o700)
  })

  test('lies below XDG_CACHE_HOME where that is set', async () => {
    await plugin(numbered(600))
    await tokenOf({}, { env: { XDG_CACHE_HOME: join(place.dir, 'xdg') } })
    expect(await readdir(join(place.dir, 'xdg/krmpod/credentials'))).toHaveLength(1)
  })

  test('is not used in its last minute', async () => {
    await plugin(numbered(60))
    expect(await tokenOf()).toBe('Bearer 1')
    expect(await tokenOf()).toBe('Bearer 2')
  })

  test('is not made for a credential without a date', async () => {
    await plugin(numbered())
    expect(await tokenOf()).toBe('Bearer 1')
    expect(await tokenOf()).toBe('Bearer 2')
    await expect(readdir(cacheDir())).rejects.toThrow('ENOENT')
  })

  test('is neither made nor read when the settings say off', async () => {
    await plugin(numbered(600))
    const off = { settings: { credentials: { cache: 'off' } } } as const
    expect(await tokenOf()).toBe('Bearer 1')
    expect(await tokenOf({}, off)).toBe('Bearer 2')
    expect(await tokenOf()).toBe('Bearer 1')
  })

  test.each([
    ['argument', { args: ['other'] }, {}],
    ['variable of the plugin', { env: [{ name: 'A', value: 'b' }] }, {}],
    ['variable of the caller', {}, { env: { AWS_PROFILE: 'other' } }],
  ])('is another one for another %s', async (_what, exec, sources) => {
    await plugin(numbered(600))
    expect(await tokenOf()).toBe('Bearer 1')
    expect(await tokenOf(exec, sources)).toBe('Bearer 2')
  })

  test('is the same one in another folder', async () => {
    await plugin(numbered(600))
    expect(await tokenOf({}, { env: { PWD: '/a', KRMPOD_LOG: 'off' } })).toBe('Bearer 1')
    expect(await tokenOf({}, { env: { PWD: '/b', KRMPOD_LOG: 'debug' } })).toBe('Bearer 1')
  })

  test('is replaced after refresh()', async () => {
    await plugin(numbered(600))
    await (await load({})).refresh?.()
    expect(await tokenOf()).toBe('Bearer 2')
  })

  test.each([
    ['broken', async (file: string) => writeFile(file, '{"kind":')],
    [
      'of another version',
      async (file: string) => writeFile(file, (await readFile(file, 'utf8')).replace('/v1', '/v2')),
    ],
    ['readable by others', async (file: string) => chmod(file, 0o644)],
  ])('is ignored and replaced when it is %s', async (_what, spoil) => {
    await plugin(numbered(600))
    expect(await tokenOf()).toBe('Bearer 1')
    await spoil(await onlyEntry())
    expect(await tokenOf()).toBe('Bearer 2')
    expect(await tokenOf()).toBe('Bearer 2')
  })

  test('is done without where it cannot be written', async () => {
    await plugin(numbered(600))
    await place.write('home/.cache', 'a file')
    expect(await tokenOf()).toBe('Bearer 1')
    expect(await tokenOf()).toBe('Bearer 2')
  })
})

describe('failures', () => {
  test.each([
    [
      'exit code and last words',
      'echo warning >&2; printf "\\033[31mtoken has expired\\033[0m\\n\\n" >&2; exit 7',
      'failed with exit code 7: token has expired',
    ],
    ['nothing said', 'exit 1', 'failed with exit code 1'],
    ['killed', 'kill -9 $$', 'was ended by SIGKILL'],
    [
      'too slow',
      'echo open https://login >&2; exec sleep 30',
      'gave no credential within 1 s: open https://login',
    ],
    ['no JSON', 'echo hello', 'gave no usable ExecCredential: it is not JSON'],
    [
      'another version',
      answer({ token: 'x' }, 'client.authentication.k8s.io/v1beta1'),
      `gave no usable ExecCredential: it answers in client.authentication.k8s.io/v1beta1, but is configured for ${V1}`,
    ],
    [
      'no status',
      `echo '{"kind":"ExecCredential","apiVersion":"${V1}"}'`,
      'gave no usable ExecCredential: its status is not as it should be',
    ],
    [
      'an empty status',
      answer({}),
      'gave no usable ExecCredential: it has neither a token nor a certificate',
    ],
    [
      'half a certificate',
      answer({ clientCertificateData: 'x' }),
      'gave no usable ExecCredential: it has only one of certificate and key',
    ],
    [
      'no date',
      answer({ token: 'x', expirationTimestamp: 'soon' }),
      'gave no usable ExecCredential: its status.expirationTimestamp is not as it should be',
    ],
  ])('%s', async (_what, script, problem) => {
    const command = await plugin(script)
    await expect(load({}, { pluginTimeoutMs: 1000 })).rejects.toMatchObject({
      code: 'KUBECONFIG',
      message: `cannot use the kubeconfig: the credential plugin ${command} ${problem}`,
    })
  })

  test('a plugin that is not there: its installHint follows', async () => {
    const exec = {
      command: 'absent-plugin',
      installHint: 'Install it:\n\n  \u001b[1mbrew install absent\u001b[0m',
    }
    const error = await load(exec).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RunError)
    expect(error).toMatchObject({
      code: 'KUBECONFIG',
      message: 'cannot use the kubeconfig: the credential plugin absent-plugin was not found',
      notes: ['Install it:', 'brew install absent'],
    })
  })

  test.each([
    [{ command: '' }, 'the credential plugin of user "u" has no command'],
    [
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      `the credential plugin of user "u" has the apiVersion "client.authentication.k8s.io/v1alpha1"; krmpod knows ${V1} and client.authentication.k8s.io/v1beta1`,
    ],
    [
      { interactiveMode: 'Always' },
      'the credential plugin of user "u" wants a terminal (interactiveMode: Always)',
    ],
  ])('%o is refused', async (exec, problem) => {
    await plugin(answer({ token: 'abc' }))
    await expect(load(exec)).rejects.toMatchObject({ message: `cannot use the kubeconfig: ${problem}` })
    expect(await callsMade()).toEqual([])
  })
})
