import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { environmentDigest } from '../../src/build/address.ts'
import { Pool } from '../../src/build/pool.ts'
import { listen } from '../../src/build/server.ts'
import { FIFOS, Slot } from '../../src/build/slot.ts'
import type { Start } from '../../src/build/started-run.ts'
import { RunError } from '../../src/errors/run-error.ts'
import { echo, Starts } from './started.ts'

const SCRIPT = join(import.meta.dirname, '../../bin/in-build/docker')
/** Stands in for the `docker` that has a Node: says what it was given. */
const ALONE = `#!/bin/sh
tr '\\0' '\\n' < /proc/$$/environ > "\${0%/*}/environment"
echo "alone\${KRMPOD_BUILD_GONE:+, gone}, $#: $(cat)"
exit 42
`
/** Names that the script has for itself, among others. */
const ENV = {
  PATH: process.env['PATH'] ?? '',
  ODD: 'a=b\n"c"',
  EMPTY: '',
  code: '0',
  word: 'w',
  room: 'r',
}
const RUN = ['run', '--rm', '-i', 'img']

let folder: string
let docker: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-in-build-'))
  docker = await install('/bin/sh')
})
afterEach(() => rm(folder, { recursive: true }))

/** The script, for this shell, with the stand-in above it. */
async function install(shell: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(join(bin, 'in-build'), { recursive: true })
  const script = (await readFile(SCRIPT, 'utf8')).replace('#!/bin/sh', `#!${shell}`)
  const path = join(bin, 'in-build/docker')
  await writeFile(path, script, { mode: 0o755 })
  await writeFile(join(bin, 'docker'), ALONE, { mode: 0o755 })
  return path
}

interface Build extends AsyncDisposable {
  readonly starts: Starts
  readonly pool: Pool
  /** Its folder. */
  readonly room: string
  /** Of its kustomize's children. */
  readonly env: Readonly<Record<string, string>>
}

async function buildWith(start: Start = echo, environment = environmentDigest(ENV)): Promise<Build> {
  const starts = new Starts()
  const prepare = ({ words }: { words: readonly string[] }) =>
    words.includes('bad') ? undefined : starts.prepared(JSON.stringify(words), start)
  const pool = new Pool({ prepare, ahead: 8, pauseMs: 0, now: () => 0, onLateWords: () => undefined })
  const above = await mkdtemp(join(folder, 'build-'))
  const server = await listen(above, { environment, pool: () => Promise.resolve(pool) })
  await server.ready
  const room = dirname(server.address.slice(server.address.indexOf(':') + 1))
  const close = async (): Promise<void> => {
    await pool.close(new RunError('INTERRUPTED', { by: 'the test' }))
    await server.close()
    expect(await readdir(above), 'nothing of it stays').toEqual([])
  }
  const env = { ...ENV, KRMPOD_BUILD_SOCKET: server.address }
  return { starts, pool, room, env, [Symbol.asyncDispose]: close }
}

function call(env: Build['env'], input = '', words: readonly string[] = RUN) {
  return execa({ env, extendEnv: false, input, reject: false, stripFinalNewline: false, maxBuffer: 1e8 })(
    docker,
    [...words],
  )
}

describe.each(['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox sh'].filter(isThere))(
  'read by %s',
  (shell) => {
    beforeEach(async () => {
      docker = await install(shell)
    })

    test('stdin goes in; stdout, stderr and the exit code come out', async () => {
      await using build = await buildWith()
      const input = 'in\0\r\n'.repeat(1_000_000)
      const { exitCode, stdout, stderr } = await call(build.env, input)
      expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '5000000 bytes\n' })
      expect(stdout === input).toBe(true)
    })

    test('its words come as they are, and claim the run that was started for them', async () => {
      await using build = await buildWith()
      const words = [...RUN, '', 'two\nlines', '"$(quoted)" `\\', '-e', 'ö=*', '']
      build.pool.expect([words])
      expect((await call(build.env, 'x', words)).stdout).toBe('x')
      expect(build.starts.names).toEqual([JSON.stringify(words)])
    })

    test('a build that was killed before it is asked is done without', async () => {
      const dir = await bareSlot()
      for (const name of ['stdin', 'stdout', 'free']) await writeFile(join(dir, name), '')
      const { exitCode, stdout, stderr } = await call(addressOf(dir), 'all of it')
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: 42,
        stdout: 'alone, 4: all of it\n',
        stderr: '',
      })
      expect(existsSync(dir)).toBe(false)
    })

    test.each(['', 'e', 'end', 'end ', 'end 0', 'stderr\n', 'stderr\nend 0'])(
      'a build that says %j, and is gone, has not answered',
      async (said) => {
        const dir = await bareSlot()
        const slot = new Slot(dir)
        await writeFile(join(dir, 'stdout'), 'half of')
        slot.offer()
        const ended = call(addressOf(dir), 'all of it')
        await slot.asked()
        await appendFile(join(dir, 'answer'), said)
        await slot.close()
        const { exitCode, stdout } = await ended
        expect({ exitCode, stdout }).toEqual({ exitCode: 42, stdout: 'alone, gone, 4: all of it\n' })
      },
    )
  },
)

function isThere(shell: string): boolean {
  return existsSync(shell.split(' ')[0] ?? '')
}

/** FIFOs, and nobody on the other side. */
async function bareSlot(): Promise<string> {
  const dir = join(await mkdtemp(join(folder, 'room-')), '1')
  await mkdir(dir)
  execFileSync(
    'mkfifo',
    FIFOS.map((name) => join(dir, name)),
  )
  return dir
}

function addressOf(slot: string): Build['env'] {
  return { ...ENV, KRMPOD_BUILD_SOCKET: `aa:${dirname(slot)}/socket` }
}

describe('a call', () => {
  test('of a function that never reads its stdin ends all the same', async () => {
    await using build = await buildWith(({ stdout, onResult }) => {
      stdout.write('early')
      onResult(0)
      return Promise.resolve()
    })
    const { exitCode, stdout, stderr } = await call(build.env, 'x'.repeat(5_000_000))
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'early', stderr: '' })
  })

  test('shows what the function says while it goes on', async () => {
    let finish = (): void => undefined
    await using build = await buildWith(async ({ stderr, onResult }) => {
      stderr.write('at work\n')
      await new Promise<void>((resolve) => (finish = resolve))
      stderr.write('x'.repeat(1_000_000))
      onResult(0)
    })
    const child = call(build.env)
    const [chunk] = (await once(child.stderr, 'data')) as [Buffer]
    expect(String(chunk)).toBe('at work\n')
    finish()
    const { exitCode, stderr } = await child
    expect({ exitCode, length: stderr.length }).toEqual({ exitCode: 0, length: 1_000_008 })
  })

  test('that fails comes with its reason', async () => {
    await using build = await buildWith(() =>
      Promise.reject(new RunError('STREAM_CUT', { problem: 'on purpose' })),
    )
    const { exitCode, stdout, stderr } = await call(build.env)
    expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toMatch(/^docker: .*on purpose\./)
  })

  test.each([
    ['of another environment', { OTHER: 'yes' }, RUN],
    ['that cannot be run there', {}, [...RUN, 'bad']],
    ['without stdin', {}, ['run', 'img', '-it']],
    ['that is no run', {}, ['version', '-i']],
    ['of nobody', { KRMPOD_BUILD_SOCKET: '' }, RUN],
    ['of a build without a folder', { KRMPOD_BUILD_SOCKET: 'aa:/socket' }, RUN],
    ['with a stale variable', { KRMPOD_BUILD_SOCKET: 'aa:/no/such/socket' }, RUN],
    ['with nonsense', { KRMPOD_BUILD_SOCKET: 'nonsense' }, RUN],
  ])('%s is made alone, with all of its stdin', async (_what, changed, words) => {
    await using build = await buildWith()
    const { exitCode, stdout } = await call({ ...build.env, ...changed }, 'all of it', words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 42, stdout: `alone, ${words.length}: all of it\n` })
    expect(build.starts.names).toEqual([])
    // Its glob must not find what lies elsewhere: there is a /bin/free.
    expect(existsSync('/bin/taken')).toBe(false)
  })

  test('is made alone in the environment that it was given', async () => {
    await using build = await buildWith()
    const odd = { ...build.env, OTHER: 'yes' }
    const child = call(odd)
    expect((await child).exitCode).toBe(42)
    const given = await readFile(join(folder, 'bin/environment'), 'utf8')
    expect(given).toContain(`KRMPOD_CALLER=${child.pid}:${process.pid}\n`)
    const names = Object.entries(odd).map(([name, value]) => `${name}=${value}`)
    expect(
      given
        .replace(/^(PWD|OLDPWD|SHLVL|_|KRMPOD_CALLER)=.*\n/gm, '')
        .split('\n')
        .toSorted(),
    ).toEqual([...names.flatMap((entry) => entry.split('\n')), ''].toSorted())
  })

  test('with a foreign token is made alone', async () => {
    await using build = await buildWith()
    const foreign = { ...build.env, KRMPOD_BUILD_SOCKET: `aa:${build.room}/socket` }
    expect((await call(foreign, 'all of it')).stdout).toBe('alone, 4: all of it\n')
    expect(build.starts.names).toEqual([])
  })

  test('of many at once is answered as its own, there or alone', async () => {
    await using build = await buildWith()
    const inputs = Array.from({ length: 30 }, (_, index) => `input ${index}`)
    const ended = await Promise.all(inputs.map((input) => call(build.env, input)))
    const answers = ended.map(({ exitCode, stdout }) => ({ exitCode, stdout }))
    for (const [index, answer] of answers.entries())
      expect([
        { exitCode: 3, stdout: inputs[index] },
        { exitCode: 42, stdout: `alone, 4: ${inputs[index]}\n` },
      ]).toContainEqual(answer)
    expect(answers.filter(({ exitCode }) => exitCode === 3).length).toBe(build.starts.names.length)
  })

  test('one after the other finds its slot, however many there are', async () => {
    await using build = await buildWith()
    for (let index = 0; index < 12; index += 1) {
      expect((await call(build.env, 'x')).exitCode).toBe(3)
      await sleep(20)
    }
    // As fast as a shell can: the slot of the one before is just being removed.
    const script = `for i in $(seq 200); do printf x | "${docker}" run -i img; echo " $?"; done`
    const { stdout } = await execa('sh', ['-c', script], { env: build.env, extendEnv: false })
    const answers = new Set(stdout.split('\n'))
    expect(answers).not.toContain('alone, gone, 3: x')
    expect(answers).toContain('x 3')
  })

  test('whose docker is killed ends its run', async () => {
    const aborted: string[] = []
    await using build = await buildWith(async ({ stderr, interrupted }) => {
      stderr.write('at work\n')
      await once(interrupted, 'abort')
      aborted.push((interrupted.reason as RunError).message)
      throw interrupted.reason as Error
    })
    const child = call(build.env)
    await once(child.stderr, 'data')
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(aborted).toEqual([expect.stringContaining('its docker is gone')]))
  })

  test('that was killed says nothing to the next one, however late its run ends', async () => {
    await using build = await buildWith(async ({ stdin, stdout, interrupted, onResult }) => {
      if ((await text(stdin)) === 'first') {
        await once(interrupted, 'abort')
        await sleep(200)
        throw interrupted.reason as Error
      }
      for (let line = 1; line <= 8; line += 1) {
        stdout.write(`${line}\n`)
        await sleep(50)
      }
      onResult(0)
    })
    const first = call(build.env, 'first')
    await vi.waitUntil(() => build.starts.names.length === 1)
    first.kill('SIGKILL')
    await first
    const { exitCode, stdout } = await call(build.env, 'second')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '1\n2\n3\n4\n5\n6\n7\n8\n' })
  })

  test.each(['2>&-', '2>/dev/full', '2>&1 >/dev/null | head -c 1 >/dev/null'])(
    'whose stderr nobody takes (%s) ends all the same',
    async (where) => {
      await using build = await buildWith(({ stderr, onResult }) => {
        stderr.write('x'.repeat(1_000_000))
        onResult(0)
        return Promise.resolve()
      })
      const script = `"${docker}" run -i img ${where}; echo "ended $?"`
      const { stdout } = await execa('sh', ['-c', script], {
        env: build.env,
        extendEnv: false,
        input: '',
      })
      expect(stdout).toBe('ended 0')
    },
  )

  test('of a build that is just closing has an answer, or is made alone', async () => {
    for (let round = 0; round < 20; round += 1) {
      const build = await buildWith()
      const child = call(build.env, 'x')
      await sleep(round)
      await build[Symbol.asyncDispose]()
      const { exitCode, stdout } = await child
      expect({ exitCode, stdout }).toSatisfy(
        (ended: { exitCode: number; stdout: string }) =>
          (ended.exitCode === 3 && ended.stdout === 'x') ||
          (ended.exitCode === 42 && ended.stdout.startsWith('alone')) ||
          (ended.exitCode === 125 && ended.stdout === ''),
      )
    }
  })

  test('waits for a build that closes, and hears why', async () => {
    const build = await buildWith(async ({ interrupted }) => {
      await once(interrupted, 'abort')
      throw interrupted.reason as Error
    })
    const child = call(build.env)
    await vi.waitUntil(() => build.starts.names.length === 1)
    await build[Symbol.asyncDispose]()
    const { exitCode, stdout, stderr } = await child
    expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toContain('interrupted: the test')
  })

  test('whose stdout nobody can take does not end with 0', async () => {
    await using build = await buildWith(({ stdout, onResult }) => {
      stdout.write('much')
      onResult(0)
      return Promise.resolve()
    })
    const { exitCode } = await execa('sh', ['-c', `"${docker}" run -i img >/dev/full`], {
      env: build.env,
      extendEnv: false,
      input: '',
      reject: false,
    })
    expect(exitCode).toBe(125)
  })

  test('leaves nothing on the disk that it was given or got', async () => {
    await using build = await buildWith(async ({ stdout, stdin, onResult }) => {
      stdout.write(await text(stdin))
      const files = await readdir(build.room, { recursive: true })
      stdout.write(files.filter((name) => /^1.(stdin|stdout)$/.test(name)).join())
      onResult(0)
    })
    expect((await call(build.env, 'in')).stdout).toBe('in')
  })
})

test('nobody else can enter', async () => {
  await using build = await buildWith()
  const { room } = build
  expect((await stat(room)).mode & 0o777).toBe(0o700)
  for (const name of ['stdin', 'stdout', ...FIFOS])
    expect((await stat(join(room, '1', name))).mode & 0o777).toBe(0o600)
})
