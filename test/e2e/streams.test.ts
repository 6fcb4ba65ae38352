import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, fixture, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, start } from './support/docker.ts'
import { noise } from './support/noise.ts'

const MIB = 1024 * 1024

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(async () => {
  expect(await space.pods()).toEqual([])
  await space[Symbol.asyncDispose]()
})

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

describe('streams arrive whole, byte for byte', () => {
  test('50 MiB on stdout and on stderr at the same time', async () => {
    const ended = start([...AS_KUSTOMIZE, fixture('probe'), 'read', 'random=50MiB:both'], {
      namespace: space.name,
      input: 'x',
    })
    const { exitCode, stdout, stderr } = await ended
    // In a failure the reason stands behind the noise.
    const reason = /docker: [^]*$/.exec(Buffer.from(stderr.subarray(-2000)).toString('latin1'))?.[0] ?? ''
    expect({ exitCode, reason }).toEqual({ exitCode: 0, reason: '' })
    const expected = sha256(noise(50 * MIB))
    expect({ stdout: sha256(stdout), stderr: sha256(stderr) }).toEqual({ stdout: expected, stderr: expected })
  })

  test('50 MiB of lines on stdout', async () => {
    const words = [...AS_KUSTOMIZE, fixture('probe'), 'read', 'text=50MiB']
    const { exitCode, stdout, stderr } = await docker(words, { namespace: space.name, input: 'x' })
    const lines = noise(50 * MIB)
      .toString('base64')
      .replaceAll(/.{64}/g, '$&\n')
      .slice(0, 50 * MIB)
    expect({ exitCode, digest: sha256(stdout) }, stderr).toEqual({ exitCode: 0, digest: sha256(lines) })
  })

  test('50 MiB on stdin', async () => {
    const input = randomBytes(50 * MIB)
    const { exitCode, stdout } = await docker([...AS_KUSTOMIZE, fixture('sink')], {
      namespace: space.name,
      input,
    })
    expect({ exitCode, ...(JSON.parse(stdout.toString()) as object) }).toMatchObject({
      exitCode: 0,
      bytes: input.length,
      sha256: sha256(input),
    })
  })

  test.each([
    [
      'all 256 values, CRLF, no final newline',
      Buffer.concat([
        Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
        Buffer.from('a\r\nb\rc\n\r\nend'),
      ]),
    ],
    ['nothing', Buffer.alloc(0)],
    ['one newline', Buffer.from('\n')],
    ['a line of 100 KiB', Buffer.alloc(100 * 1024, 'x')],
    ['many lines of one byte', Buffer.from('\n'.repeat(10_000))],
  ])('%s, in and out', async (_what, input) => {
    const { exitCode, stdout, stderr } = await docker([...AS_KUSTOMIZE, fixture('cat')], {
      namespace: space.name,
      input,
    })
    expect({ exitCode, stderr, digest: sha256(stdout) }).toEqual({
      exitCode: 0,
      stderr: '',
      digest: sha256(input),
    })
  })

  test('all 256 values on stderr as well', async () => {
    const { exitCode, stdout, stderr } = await start(
      [...AS_KUSTOMIZE, fixture('probe'), 'read', 'octets=both'],
      { namespace: space.name, input: 'x' },
    )
    expect(exitCode).toBe(0)
    expect(Buffer.from(stdout).subarray(0, 256)).toEqual(
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    )
    expect(sha256(stderr)).toBe(sha256(stdout))
  })

  test('a full ResourceList and exit 1 both come through', async () => {
    const list =
      'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nresults: [{message: no, severity: error}]\n'
    const words = ['-e', `STDOUT=${list}`, '-e', 'STDERR=no\n', '-e', 'CODE=1', fixture('fail')]
    const { exitCode, stdout, stderr } = await docker([...AS_KUSTOMIZE, ...words], {
      namespace: space.name,
      input: 'x',
    })
    expect({ exitCode, stdout: stdout.toString(), stderr }).toEqual({
      exitCode: 1,
      stdout: list,
      stderr: 'no\n',
    })
  })

  test('stderr is live, unless a second attempt must be able to take it back', async () => {
    const running = start(['run', '-i', '--network', 'host', '-e', 'SECONDS=3', fixture('slow')], {
      namespace: space.name,
      input: 'in',
    })
    let said = ''
    running.stderr.on('data', (data: Buffer) => {
      said += data.toString()
    })
    await eventually(
      () => Promise.resolve(said),
      (words) => words.includes('thinking'),
      30_000,
    )
    expect(running.exitCode).toBeNull()
    const { exitCode, stdout } = await running
    expect({ exitCode, stdout: Buffer.from(stdout).toString() }).toEqual({ exitCode: 0, stdout: 'in' })
  })
})
