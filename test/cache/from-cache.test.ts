import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const BIN = join(import.meta.dirname, '../../bin')
/** Stands in for Node: says what it was given. */
const NODE = `#!/bin/sh
printf %s "\${KRMPOD_CALL-}" > "$TOLD"
cat
exit 42
`
/** The digest of no words at all. */
const NOTHING = createHash('sha256').digest('hex')
const RUN = ['run', '--rm', '-i', '--network', 'none', 'img@sha256:1']

let folder: string
let docker: string
let results: string
let env: Record<string, string>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-from-cache-'))
  for (const name of ['bin', 'home', 'tmp', 'work', 'node']) await mkdir(join(folder, name))
  results = join(folder, 'home/.cache/krmpod/results')
  mkdirSync(results, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'node/node'), NODE, { mode: 0o755 })
  await writeFile(join(folder, 'package.json'), '{"version":"1"}')
  docker = await install('/bin/sh')
  env = {
    PATH: `${join(folder, 'node')}:${process.env['PATH']}`,
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    TOLD: join(folder, 'told'),
  }
})
afterEach(() => rm(folder, { recursive: true }))

/** The two scripts, for this shell. */
async function install(shell: string): Promise<string> {
  const path = join(folder, 'bin/docker')
  const script = await readFile(join(BIN, 'docker'), 'utf8')
  await writeFile(path, script.replace('#!/bin/sh', `#!${shell}`), { mode: 0o755 })
  await writeFile(join(folder, 'bin/from-cache.sh'), await readFile(join(BIN, 'from-cache.sh')))
  return path
}

interface Call {
  readonly words?: readonly string[]
  readonly input?: string | Uint8Array
  readonly more?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly program?: string
}

interface Ended {
  readonly exitCode: number | undefined
  readonly stdout: Buffer
  readonly stderr: string
  /** What Node was told that the call is named; '' for a call that has none; undefined: there was no Node. */
  readonly call: string | undefined
}

async function call({ words = RUN, input = 'in\n', more = {}, cwd = folder, program = docker }: Call = {}) {
  await rm(join(folder, 'told'), { force: true })
  const { exitCode, stdout, stderr } = await execa(program, [...words], {
    env: { ...env, ...more },
    extendEnv: false,
    cwd,
    input,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: 1e8,
  })
  const told = join(folder, 'told')
  const ended: Ended = {
    exitCode,
    stdout: Buffer.from(stdout),
    stderr: Buffer.from(stderr).toString(),
    call: existsSync(told) ? readFileSync(told, 'utf8') : undefined,
  }
  return ended
}

/** As src/cache/answer-again.ts keeps it. */
async function keep(name: string | undefined, answer: Uint8Array, mode = 0o600): Promise<string> {
  expect(name).toMatch(/^[0-9a-f]{64}$/)
  const path = join(results, `${name}-${createHash('sha256').update(answer).digest('hex')}`)
  await writeFile(path, answer, { mode })
  return path
}

/** The same call, once its answer is kept. */
async function again(given: Call = {}): Promise<Ended> {
  await keep((await call(given)).call, Buffer.from('kept\n'))
  return call(given)
}

const ANSWERED = { exitCode: 0, stdout: Buffer.from('kept\n'), stderr: '', call: undefined }
const BY_NODE = { exitCode: 42, stdout: Buffer.from('in\n'), stderr: '' }

describe.each(['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox sh'].filter(isThere))(
  'read by %s',
  (shell) => {
    beforeEach(async () => {
      docker = await install(shell)
    })

    test('a call that was answered is answered again without a Node, byte for byte', async () => {
      const answer = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) % 256))
      const { call: name } = await call()
      const path = await keep(name, answer)
      utimesSync(path, 1, 1)
      const hit = await call()
      expect({ ...hit, stdout: hit.stdout.equals(answer) }).toEqual({ ...ANSWERED, stdout: true })
      expect((await stat(path)).mtimeMs, 'it was used just now').toBeGreaterThan(1_000_000)
      expect(await readdir(join(folder, 'tmp'))).toEqual([])
      expect((await readdir(results)).filter((file) => !file.includes('-'))).toEqual([])
    })

    test('any other is for Node, with all of its stdin and its name', async () => {
      const input = Buffer.from('in\0\r\n\xff'.repeat(500_000), 'latin1')
      const { exitCode, stdout, call: name } = await call({ input })
      expect([exitCode, stdout.equals(input), name]).toEqual([
        42,
        true,
        expect.stringMatching(/^[0-9a-f]{64}$/),
      ])
      expect((await call({ input })).call).toBe(name)
      expect(await readdir(join(folder, 'tmp'))).toEqual([])
      expect((await readdir(results)).filter((file) => !file.includes('-'))).toEqual([])
    })

    test('whatever differs makes another call of it', async () => {
      const names = [await call(), await call({ words: [...RUN, ''] })]
      for (const words of [['a b'], ['a', 'b'], ['a\nb'], ['a', ''], ['', 'a']])
        names.push(await call({ words: [...RUN, ...words] }))
      for (const input of ['', 'in', 'in\n\n']) names.push(await call({ input }))
      for (const value of ['', 'b', 'b\nC=d']) names.push(await call({ more: { A: value } }))
      names.push(await call({ more: { A: 'b', C: 'd' } }))
      names.push(await call({ cwd: join(folder, 'work') }))
      await writeFile(join(folder, 'package.json'), '{"version":"2"}')
      names.push(await call())
      const seen = names.map(({ call: name }) => name)
      expect(seen.every((name) => /^[0-9a-f]{64}$/.test(name ?? ''))).toBe(true)
      expect(new Set(seen).size).toBe(seen.length)
    })

    test('another file of settings makes another call of it, and so does the same text in another one', async () => {
      const config = join(folder, 'config')
      const named = join(folder, 'named.yaml')
      await mkdir(join(config, 'krmpod'), { recursive: true })
      await mkdir(join(folder, 'home/.config/krmpod'), { recursive: true })
      const more = { XDG_CONFIG_HOME: config }
      const names = [(await call({ more })).call]
      for (const path of [
        join(config, 'krmpod/config.yaml'),
        join(folder, 'home/.config/krmpod/config.yaml'),
        named,
      ]) {
        for (const text of ['', 'proof: off\n', 'proof: on\n']) {
          await writeFile(path, text)
          names.push((await call({ more: path === named ? { ...more, KRMPOD_CONFIG: path } : more })).call)
        }
        await rm(path)
      }
      expect((await call({ more })).call).toBe(names[0])
      expect(new Set(names).size).toBe(10)
    })

    test('an answer that is not what was kept is not given', async () => {
      const { call: name } = await call()
      for (const wrong of ['kepT\n', 'kept', 'kept\n\n', '']) {
        const path = await keep(name, Buffer.from('kept\n'))
        await writeFile(path, wrong)
        expect(await call(), wrong).toEqual({ ...BY_NODE, call: name })
      }
      await keep(name, Buffer.from('kept\n'))
      expect(await call()).toEqual(ANSWERED)
    })

    test('a stdout that cannot be written is 125', async () => {
      const toFull = ['-c', `exec ${docker} "$@" > /dev/full`, 'sh', ...RUN]
      const { exitCode, stderr } = await again({ program: '/bin/sh', words: toFull })
      expect([exitCode, stderr]).toEqual([125, expect.stringMatching(/docker: stdout cannot be written/)])
    })

    test('what it cannot do is done as if it were not there, with all of stdin', async () => {
      const bare = join(folder, 'bare')
      await mkdir(bare)
      for (const name of ['cat', 'ls', 'rm']) symlinkSync(whereIs(name), join(bare, name))
      const noDigests = { PATH: `${join(folder, 'node')}:${bare}` }
      if (!shell.includes('busybox'))
        expect(await call({ more: noDigests })).toEqual({ ...BY_NODE, call: '' })
      const gone = join(folder, 'gone')
      await mkdir(gone)
      const inside = ['-c', `cd ${gone} && rmdir ${gone} && exec ${docker} "$@"`, 'sh', ...RUN]
      const { exitCode, stdout, call: name } = await call({ program: '/bin/sh', words: inside })
      expect([exitCode, stdout]).toEqual([42, BY_NODE.stdout])
      expect(name).not.toBe(NOTHING)
      const closed = await call({
        program: '/bin/sh',
        words: ['-c', `exec ${docker} "$@" <&-`, 'sh', ...RUN],
      })
      expect(closed).toMatchObject({ exitCode: 42, call: '' })
    })
  },
)

test('without a folder of results nothing is looked at', async () => {
  await rm(results, { recursive: true })
  expect(await call()).toEqual({ ...BY_NODE, call: '' })
})

test.each<[string, readonly string[]]>([
  ['another command', ['version']],
  ['no stdin', ['run', '--rm', 'img']],
  ['flags in another order', ['run', '--network', 'none', '-i', 'img@sha256:1']],
  ['an image that a tag may change', ['run', '-i', '--network', 'none', 'img:v1']],
  ['a network', ['run', '-i', '--network', 'bridge', 'img@sha256:1']],
])('%s is for Node, and so is its stdin', async (_, words) => {
  expect(await call({ words })).toEqual({ ...BY_NODE, call: '' })
})

test.each<Readonly<Record<string, string>>>([
  { KRMPOD_BUILD_SOCKET: 'x' },
  { KRMPOD_BUILD_GONE: 'yes' },
  { KRMPOD_CACHE_MAX_BYTES: 'off' },
  { HOME: '' },
  { HOME: 'relative' },
  { HOME: '/home/a/../b' },
  { XDG_CONFIG_HOME: '/a/link/../b' },
  { KRMPOD_CONFIG: '/nowhere/config.yaml' },
  { KRMPOD_CALL: 'c0'.repeat(32), KRMPOD_BUILD_GONE: 'yes' },
])('with %o it is for Node', async (more) => {
  const cache = { XDG_CACHE_HOME: join(folder, 'home/.cache') }
  expect((await call({ more: cache })).call).not.toBe('')
  expect(await call({ more: { ...cache, ...more } })).toEqual({ ...BY_NODE, call: '' })
})

test('of settings that Node cannot read, Node says so', async () => {
  await mkdir(join(folder, 'home/.config/krmpod/config.yaml'), { recursive: true })
  expect(await call()).toEqual({ ...BY_NODE, call: '' })
})

test("a caller's functions do not stand in for programs", { skip: !existsSync('/bin/bash') }, async () => {
  docker = await install('/bin/bash')
  const stub = '() { echo stub; }'
  const names = ['cat', 'ls', 'sha256sum', 'rm', 'touch', 'pwd', 'printf', 'readlink']
  const more = Object.fromEntries(names.map((name) => [`BASH_FUNC_${name}%%`, stub]))
  expect(await again({ more })).toEqual(ANSWERED)
})

test('numbers of open files that the caller has given away stay what they are', async () => {
  for (const number of ['7', '8', '9']) {
    const words = ['-c', `exec ${docker} "$@" ${number}< ${docker}`, 'sh', ...RUN]
    expect(await call({ program: '/bin/sh', words })).toEqual({ ...BY_NODE, call: '' })
  }
})

test('streams that do not wait are for Node', async () => {
  for (const stream of ['STDIN', 'STDOUT']) {
    const set = `use Fcntl; fcntl(${stream}, F_SETFL, O_NONBLOCK | fcntl(${stream}, F_GETFL, 0)); exec @ARGV`
    expect(await call({ program: 'perl', words: ['-e', set, docker, ...RUN] })).toEqual({
      ...BY_NODE,
      call: '',
    })
  }
})

test('two containers that share the folder share no stdin', async () => {
  const shell = `: > ${results}/${'0'.repeat(64)}.$$; exec ${docker} "$@"`
  const theirs = await call({ program: '/bin/sh', words: ['-c', shell, 'sh', ...RUN] })
  expect(theirs).toEqual({ ...BY_NODE, call: '' })
  const [left = ''] = await readdir(results)
  expect((await stat(join(results, left))).size).toBe(0)
})

test('one that is killed while it reads leaves its caller alone', async () => {
  const child = spawn(docker, RUN, { env, cwd: folder, stdio: 'pipe' })
  child.stdin.write('half')
  const stderrEnds = once(child.stderr.resume(), 'end')
  // Its stdin is kept, without a name.
  await vi.waitFor(async () =>
    expect(await openFilesOf(child.pid)).toContainEqual(expect.stringMatching(/ \(deleted\)$/)),
  )
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
  await stderrEnds
  child.stdin.destroy()
  expect(await readdir(results)).toEqual([])
})

test('settings that come from a pipe are for Node to read', async () => {
  const words = [
    '-c',
    `mkfifo fifo; echo from > fifo & KRMPOD_CONFIG=fifo ${docker} "$@"; cat fifo`,
    'sh',
    ...RUN,
  ]
  const { stdout, call: name } = await call({ program: '/bin/sh', words })
  expect([stdout.toString(), name]).toEqual(['in\nfrom\n', ''])
})

test('a folder that others may enter, and one below the working directory, has no answers', async () => {
  expect(await again()).toEqual(ANSWERED)
  await chmod(results, 0o750)
  expect(await call()).toEqual({ ...BY_NODE, call: '' })
  mkdirSync(join(folder, 'work/krmpod/results'), { recursive: true, mode: 0o700 })
  const relative = { cwd: join(folder, 'work'), more: { XDG_CACHE_HOME: '.' } }
  expect(await call(relative)).toEqual({ ...BY_NODE, call: '' })
})

test('a link is no answer', async () => {
  const { call: name } = await call()
  const path = await keep(name, Buffer.from('kept\n'))
  const elsewhere = join(folder, 'elsewhere')
  await writeFile(elsewhere, 'kept\n')
  await rm(path)
  symlinkSync(elsewhere, path)
  expect(await call()).toEqual({ ...BY_NODE, call: name })
})

test('as a link on PATH it finds the rest of itself', async () => {
  const link = join(folder, 'node/docker')
  symlinkSync(docker, link)
  expect(await again({ program: link })).toEqual(ANSWERED)
})

test('XDG_CACHE_HOME has it where that is set', async () => {
  const cache = join(folder, 'cache')
  results = join(cache, 'krmpod/results')
  mkdirSync(results, { recursive: true, mode: 0o700 })
  expect(await again({ more: { XDG_CACHE_HOME: cache } })).toEqual(ANSWERED)
})

async function openFilesOf(pid: number | undefined): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`
  return Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => '')))
}

function isThere(shell: string): boolean {
  return existsSync(shell.split(' ')[0] ?? '')
}

function whereIs(name: string): string {
  return (process.env['PATH'] ?? '')
    .split(':')
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path)) as string
}
