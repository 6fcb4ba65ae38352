import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Address, environmentDigest, parseAddress } from '../../src/build/address.ts'
import { type Answer, askBuild } from '../../src/build/ask-build.ts'
import { encode, encodeJson } from '../../src/build/frames.ts'
import { Pool } from '../../src/build/pool.ts'
import { type BuildServer, listen } from '../../src/build/server.ts'
import type { Start } from '../../src/build/started-run.ts'
import { RunError } from '../../src/errors/run-error.ts'
import { Spool } from '../../src/streams/spool.ts'
import { echo, Starts } from './started.ts'

const ENVIRONMENT = environmentDigest({ HOME: '/home/me' })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-socket-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Build extends AsyncDisposable {
  readonly address: Address
  readonly starts: Starts
  readonly pool: Pool
  readonly server: BuildServer
}

const nothing = (): void => undefined

async function buildWith(start: Start = echo): Promise<Build> {
  const starts = new Starts()
  const prepare = ({ words: [name = ''] }: { words: readonly string[] }) =>
    name === 'bad' ? undefined : starts.prepared(name, start)
  const pool = new Pool({ prepare, ahead: 8, pauseMs: 0, now: () => 0, onLateWords: nothing })
  const server = await listen(folder, { environment: ENVIRONMENT, pool: () => Promise.resolve(pool) })
  const address = parseAddress(server.address) ?? { token: '', path: '' }
  const close = async (): Promise<void> => {
    await pool.close(new RunError('INTERRUPTED', { by: 'the test' }))
    await server.close()
  }
  return { address, starts, pool, server, [Symbol.asyncDispose]: close }
}

interface Asked {
  readonly words?: readonly string[]
  readonly environment?: string
  readonly stdin?: string | Spool
  readonly signal?: AbortSignal
}

function spoolOf(input: string): Spool {
  const spool = new Spool(folder)
  spool.write(Buffer.from(input))
  spool.end()
  return spool
}

async function ask(
  address: Address,
  {
    words = ['run'],
    environment = ENVIRONMENT,
    stdin = '',
    signal = new AbortController().signal,
  }: Asked = {},
): Promise<{ answer: Answer; stdout: string; stderr: string }> {
  const stdout = new Spool(folder)
  const stderr = new PassThrough()
  const spool = typeof stdin === 'string' ? spoolOf(stdin) : stdin
  const answer = await askBuild({
    address,
    hello: { words, environment },
    stdin: spool,
    stdout,
    stderr,
    signal,
  })
  stderr.end()
  return { answer, stdout: stdout.slice(0).toString(), stderr: await text(stderr) }
}

describe('a docker and its build', () => {
  test('stdin goes in; stdout, stderr and the exit code come out', async () => {
    await using build = await buildWith()
    const input = 'in'.repeat(2_000_000)
    const { answer, stdout, stderr } = await ask(build.address, { stdin: input })
    expect({ answer, stderr }).toEqual({ answer: { kind: 'ended', exitCode: 3 }, stderr: '4000000 bytes\n' })
    expect(stdout === input).toBe(true)
  })

  test('a run that was started before is the one that answers', async () => {
    await using build = await buildWith()
    build.pool.expect([['run', 'a']])
    const { answer, stdout } = await ask(build.address, { words: ['run', 'a'], stdin: 'x' })
    expect({ answer, stdout }).toEqual({ answer: { kind: 'ended', exitCode: 3 }, stdout: 'x' })
    expect(build.starts.worlds).toHaveLength(1)
  })

  test('a function that never reads its stdin ends all the same', async () => {
    await using build = await buildWith(({ stdout, onResult }) => {
      stdout.write('early')
      onResult(0)
      return Promise.resolve()
    })
    const { answer, stdout } = await ask(build.address, { stdin: 'x'.repeat(5_000_000) })
    expect({ answer, stdout }).toEqual({ answer: { kind: 'ended', exitCode: 0 }, stdout: 'early' })
  })

  test('a failure of krmpod comes with its reason', async () => {
    await using build = await buildWith(() =>
      Promise.reject(new RunError('STREAM_CUT', { problem: 'on purpose' })),
    )
    const { answer, stdout, stderr } = await ask(build.address)
    expect({ answer, stdout }).toEqual({ answer: { kind: 'ended', exitCode: 125 }, stdout: '' })
    expect(stderr).toMatch(/^docker: .*on purpose\./)
  })

  test.each([
    ['of another environment', { environment: environmentDigest({ HOME: '/home/other' }) }],
    ['that cannot be run there', { words: ['bad'] }],
  ])('a call %s is refused, and nothing is started', async (_what, asked) => {
    await using build = await buildWith()
    expect((await ask(build.address, asked)).answer).toEqual({ kind: 'refused' })
    expect(build.starts.names).toEqual([])
  })

  test('who does not know the token is not answered', async () => {
    await using build = await buildWith()
    const address = { ...build.address, token: '0'.repeat(64) }
    expect((await ask(address)).answer).toEqual({ kind: 'gone' })
    expect(build.starts.names).toEqual([])
  })

  test('nobody else reaches the socket, and nothing of it stays', async () => {
    const build = await buildWith()
    const { path } = build.address
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
    await build[Symbol.asyncDispose]()
    expect(await readdir(folder)).toEqual([])
    expect((await ask(build.address)).answer).toEqual({ kind: 'refused' })
  })
})

describe('who goes away', () => {
  test('a docker that is gone ends its run; its stdin was never ended', async () => {
    const ends: string[] = []
    await using build = await buildWith(async ({ stdin, interrupted }) => {
      stdin.once('end', () => ends.push('stdin'))
      stdin.resume()
      await new Promise((resolve) => interrupted.addEventListener('abort', resolve))
      throw interrupted.reason as Error
    })
    const docker = net.connect(build.address.path)
    const hello = { token: build.address.token, words: ['run'], environment: ENVIRONMENT }
    docker.write(Buffer.concat([encodeJson('hello', hello), encode('stdin', Buffer.from('half of it'))]))
    await new Promise((resolve) => docker.once('data', resolve))
    const [{ world } = {}] = build.starts.worlds
    const aborted = new Promise((resolve) => world?.interrupted.addEventListener('abort', resolve))
    docker.destroy()
    await aborted
    expect((world?.interrupted.reason as RunError).message).toContain('its docker is gone')
    expect(ends).toEqual([])
  })

  test('a stdin that breaks ends the run, as one that is whole would not', async () => {
    await using build = await buildWith()
    const stdin = new Spool(folder)
    stdin.write(Buffer.from('half of it'))
    setTimeout(() => stdin.fail(new Error('on purpose')), 20)
    const { answer, stdout } = await ask(build.address, { stdin })
    expect(answer.kind).not.toBe('ended')
    expect(stdout).toBe('')
  })

  test('closing tells a docker that waits why', async () => {
    const build = await buildWith()
    const waiting = ask(build.address, { stdin: new Spool(folder) })
    while (build.starts.worlds.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await build[Symbol.asyncDispose]()
    const { answer, stderr } = await waiting
    expect(answer).toEqual({ kind: 'ended', exitCode: 125 })
    expect(stderr).toContain('interrupted: the test')
  })
})

/** A build that says this much, and is gone. */
async function cutBuild(said: Buffer): Promise<{ address: Address; close: () => Promise<void> }> {
  const place = await mkdtemp(join(folder, 'cut-'))
  const path = join(place, 'socket')
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(said))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const close = async (): Promise<void> => {
    await new Promise((resolve) => server.close(resolve))
    await rm(place, { recursive: true })
  }
  return { address: { token: 'aa', path }, close }
}

test('an answer that is cut at any byte is none', async () => {
  const parts = [encode('accepted'), encode('stdout', Buffer.from('one')), encode('stderr', Buffer.from('e'))]
  const end = encodeJson('end', { exitCode: 0, stdoutBytes: 6 })
  const whole = Buffer.concat([...parts, encode('stdout', Buffer.from('two')), end])
  for (let length = 0; length <= whole.length; length += 1) {
    const { address, close } = await cutBuild(whole.subarray(0, length))
    const { answer, stdout } = await ask(address)
    const expected = length === whole.length ? 'ended' : 'gone'
    expect({ length, kind: answer.kind }).toEqual({ length, kind: expected })
    if (answer.kind === 'ended') expect(stdout).toBe('onetwo')
    await close()
  }
})

test.each([
  [
    'fewer bytes of stdout than it had',
    [encode('stdout', Buffer.from('one')), encodeJson('end', { exitCode: 0, stdoutBytes: 4 })],
  ],
  ['no count', [encodeJson('end', { exitCode: 0 })]],
  ['what a docker says', [encode('stdinEnd')]],
])('a build that says %s is not believed', async (_what, said) => {
  const { address, close } = await cutBuild(Buffer.concat([encode('accepted'), ...said]))
  expect((await ask(address)).answer).toEqual({ kind: 'gone' })
  await close()
})
