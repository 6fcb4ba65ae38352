import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, BIN } from './support/docker.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())
beforeEach(async () => {
  expect(await eventually(space.pods, (pods) => pods.length === 0, 60_000)).toEqual([])
})

const WORDS = [...AS_KUSTOMIZE, fixture('stubborn')]

/** A run that would never end by itself, with its Pod running. */
async function longRun(
  command: readonly string[],
  options: { deadline?: string } = {},
): Promise<ChildProcess> {
  const [program = '', ...words] = command
  const env = { ...process.env, KRMPOD_NAMESPACE: space.name, KRMPOD_DEADLINE: options.deadline ?? '2m' }
  const child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end('in')
  await eventually(phases, (text) => text.includes('Running'), 30_000)
  return child
}

async function phases(): Promise<string> {
  return kubectl(['get', 'pods', '-n', space.name, '-o', 'jsonpath={.items[*].status.phase}'])
}

describe('F14: a run that nobody wants any more takes its Pod with it, in 2 s at most', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s: exit %i', async (signal, code) => {
    const child = await longRun([join(BIN, 'docker'), ...WORDS])
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout?.on('data', (data: Buffer) => stdout.push(data))
    child.stderr?.on('data', (data: Buffer) => stderr.push(data))
    child.kill(signal)
    const [exitCode] = (await once(child, 'close')) as [number]
    expect({ exitCode, stdout: Buffer.concat(stdout).toString() }).toEqual({ exitCode: code, stdout: '' })
    expect(Buffer.concat(stderr).toString()).toContain(`docker: interrupted: ${signal}.`)
    expect(await space.staying()).toEqual([])
  })

  test('stdout without a reader', async () => {
    // A pipe of the shell's, since Node gives its children sockets. The reader goes away after a while.
    const docker = `${join(BIN, 'docker')} ${WORDS.join(' ')}`
    const shell = await longRun(['/bin/sh', '-c', `{ ${docker}; echo "exit $?" >&2; } | sleep 8`])
    const stderr: Buffer[] = []
    shell.stderr?.on('data', (data: Buffer) => stderr.push(data))
    await once(shell, 'close')
    const words = await eventually(
      () => Promise.resolve(Buffer.concat(stderr).toString()),
      (text) => text.includes('exit'),
    )
    expect(words).toMatch(/interrupted: nobody reads stdout any more\.[^]*exit 125/)
    expect(await space.staying()).toEqual([])
  })

  test('a caller that was killed: its docker notices by itself', async () => {
    const shell = await longRun(['/bin/sh', '-c', `${join(BIN, 'docker')} ${WORDS.join(' ')}; true`])
    shell.kill('SIGKILL')
    expect(await eventually(space.staying, (pods) => pods.length === 0)).toEqual([])
  })

  test('a caller that was killed while krmpod started: no Pod is even made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'krmpod-slow-'))
    // A Node that takes its time to start, as on a busy machine.
    const node = `#!/bin/sh\necho starting >&2\nsleep 1\nexec ${process.execPath} "$@"\n`
    await writeFile(join(folder, 'node'), node, { mode: 0o755 })
    const PATH = `${folder}:${process.env['PATH'] ?? ''}`
    const env = { ...process.env, PATH, KRMPOD_NAMESPACE: space.name }
    const command = `${join(BIN, 'docker')} ${WORDS.join(' ')}; true`
    const shell = spawn('/bin/sh', ['-c', command], { env, stdio: ['pipe', 'ignore', 'pipe'] })
    const stderr: Buffer[] = []
    shell.stderr.on('data', (data: Buffer) => {
      stderr.push(data)
      shell.kill('SIGKILL')
    })
    // When krmpod has ended, too.
    await once(shell.stderr, 'close')
    expect(Buffer.concat(stderr).toString()).toContain('docker: interrupted: the calling process is gone.')
    expect(await space.pods()).toEqual([])
    await rm(folder, { recursive: true })
  })

  test('a caller that was gone before another docker handed over to this one: no Pod is even made', async () => {
    const command = `export KRMPOD_CALLER="$$:1"; exec ${join(BIN, 'docker')} ${WORDS.join(' ')}`
    const shell = spawn('/bin/sh', ['-c', command], {
      env: { ...process.env, KRMPOD_NAMESPACE: space.name },
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    expect(await text(shell.stderr)).toContain('docker: interrupted: the calling process is gone.')
    expect(await space.pods()).toEqual([])
  })

  test('F17: krmpod itself killed: the container ends at the deadline', async () => {
    const child = await longRun([join(BIN, 'docker'), ...WORDS], { deadline: '5s' })
    child.kill('SIGKILL')
    const ended = await eventually(phases, (text) => text === 'Failed', 20_000)
    expect(ended).toBe('Failed')
    const reason = await kubectl([
      'get',
      'pods',
      '-n',
      space.name,
      '-o',
      'jsonpath={.items[*].status.reason}',
    ])
    expect(reason).toBe('DeadlineExceeded')
    await kubectl(['delete', 'pods', '--all', '-n', space.name, '--grace-period=0', '--force'])
  })
})
