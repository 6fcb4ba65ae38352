import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// Servers as they were, by feature gates, on a second instance of the host cluster. Only busybox is in its registry.
const root = join(import.meta.dirname, '../..')
const INSTANCE = ['--name', 'older']

const SERVERS = [
  ['up to 1.29: v4 only', 'TranslateStreamCloseWebsocketRequests=false,ExtendWebSocketsToKubelet=false'],
  [
    '1.30 to 1.35: open before attached, no nudge',
    'ExtendWebSocketsToKubelet=false,PLEGOnDemandRelist=false',
  ],
  ['1.36', ''],
] as const

async function cluster(...words: readonly string[]): Promise<string> {
  return (await execa(join(root, 'scripts/cluster'), [...words, ...INSTANCE])).stdout
}

async function docker(words: readonly string[], input: Uint8Array | string): Promise<unknown> {
  const { exitCode, stdout, stderr } = await execa(join(root, 'bin/docker'), ['run', ...words], {
    input,
    env: { KUBECONFIG: kubeconfig, KRMPOD_NAMESPACE: 'default', KRMPOD_DEADLINE: '60s' },
    encoding: 'buffer',
    reject: false,
    stripFinalNewline: false,
  })
  return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr).toString() }
}

let kubeconfig = ''
afterAll(() => cluster('down'))

describe.each(SERVERS)('a server like %s', (_name, gates) => {
  beforeAll(async () => {
    await cluster('up', ...(gates ? ['--gates', gates] : []))
    kubeconfig = /KUBECONFIG=(.*)/.exec(await cluster('env'))?.[1] ?? ''
  }, 300_000)

  test.each([0, 1, 100_000, 3_000_000])('%i bytes in and out, ten times', async (size) => {
    const input = randomBytes(size)
    for (let round = 0; round < 10; round += 1) {
      expect(await docker(['-i', '--network', 'none', 'busybox', 'cat'], input)).toEqual({
        exitCode: 0,
        stdout: input,
        stderr: '',
      })
    }
  })

  test('a function that speaks before anybody can attach, ten times', async () => {
    const stdout = Buffer.from('early\n')
    for (let round = 0; round < 10; round += 1) {
      expect(await docker(['--network', 'none', 'busybox', 'echo', 'early'], '')).toEqual({
        exitCode: 0,
        stdout,
        stderr: '',
      })
    }
  })

  test('an exit code', async () => {
    expect(await docker(['-i', 'busybox', 'sh', '-c', 'cat; echo no >&2; exit 7'], 'in')).toEqual({
      exitCode: 7,
      stdout: Buffer.from('in'),
      stderr: 'no\n',
    })
  })
})
