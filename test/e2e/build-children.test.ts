import { mkdtemp, rm } from 'node:fs/promises'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encode, encodeJson } from '../../src/build/frames.ts'
import { docker, type Ended, start } from './support/docker.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-children-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A cluster is out of reach: whoever runs the function alone fails, and says so. */
const ALONE = { KUBECONFIG: '/no/such/kubeconfig', KRMPOD_KUBECONFIG: '/no/such/kubeconfig' }

/** Has the built `docker` ask a build that says this much, and is gone. */
async function childOf(said: Buffer, network = 'none'): Promise<Ended> {
  const path = join(folder, 'socket')
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    // Goes on reading: what a reset takes away is another test's.
    socket.once('data', () => socket.end(said)).resume()
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const env = { ...ALONE, KRMPOD_BUILD_SOCKET: `aa:${path}` }
  try {
    return await docker(['run', '-i', '--network', network, 'img'], { namespace: 'none', env, input: 'in' })
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

const ACCEPTED = encode('accepted')
const HALF = encode('stdout', Buffer.from('half '))
const WHOLE = Buffer.concat([
  ACCEPTED,
  HALF,
  encode('stderr', Buffer.from('words\n')),
  encode('stdout', Buffer.from('whole')),
  encodeJson('end', { exitCode: 0, stdoutBytes: 10 }),
])

describe('a docker below a krmpod build', () => {
  test('prints what the build hands over, and ends with its exit code', async () => {
    const { exitCode, stdout, stderr } = await childOf(WHOLE)
    expect({ exitCode, stdout: stdout.toString(), stderr }).toEqual({
      exitCode: 0,
      stdout: 'half whole',
      stderr: 'words\n',
    })
  })

  test.each([
    ['before a word', 0],
    ['within its first word', 3],
    ['after it has accepted', ACCEPTED.length],
    ['within stdout', ACCEPTED.length + 7],
    ['between two parts of stdout', ACCEPTED.length + HALF.length],
    ['within the last frame', WHOLE.length - 10],
    ['one byte before its end', WHOLE.length - 1],
  ])('of a build that is gone %s tries alone; never 0, never a part of stdout', async (_when, length) => {
    const { exitCode, stdout, stderr } = await childOf(WHOLE.subarray(0, length))
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toContain('docker: cannot use the kubeconfig')
  })

  test.each([0, WHOLE.length - 1])(
    'does not run a function with a network again (%i bytes)',
    async (length) => {
      const { exitCode, stdout, stderr } = await childOf(WHOLE.subarray(0, length), 'host')
      expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
      expect(stderr).toContain('docker: the krmpod build that ran the function is gone.\n')
    },
  )

  test.each(['aa:/no/such/socket', 'nonsense'])(
    'with a stale variable (%s) is as any other',
    async (address) => {
      const env = { ...ALONE, KRMPOD_BUILD_SOCKET: address }
      const { exitCode, stderr } = await docker(['run', '-i', '--network', 'none', 'img'], {
        namespace: 'none',
        env,
      })
      expect({ exitCode, stderr }).toEqual({
        exitCode: 125,
        stderr: expect.stringContaining('cannot use the kubeconfig') as string,
      })
    },
  )

  test('that is told to end leaves the build at once', async () => {
    const path = join(folder, 'waiting')
    const left = new Promise<void>((resolve) => {
      const server = net.createServer((socket) => {
        socket.on('error', () => undefined).resume()
        socket.once('close', () => server.close(() => resolve()))
        socket.write(ACCEPTED)
        child.kill('SIGTERM')
      })
      server.listen(path)
    })
    const env = { ...ALONE, KRMPOD_BUILD_SOCKET: `aa:${path}` }
    const child = start(['run', '-i', '--network', 'none', 'img'], { namespace: 'none', env })
    const { exitCode } = await child
    await left
    expect(exitCode).toBe(143)
  })
})
