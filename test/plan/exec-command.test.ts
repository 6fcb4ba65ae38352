import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import {
  BEGUN,
  execCommand,
  type FunctionCommand,
  type ImageConfig,
  looksLikeVariable,
  wouldLeak,
} from '../../src/plan/exec-command.ts'

const NONCE = 'f'.repeat(32)
const NO_IMAGE: ImageConfig = { entrypoint: [], cmd: [], env: [] }

function words(command: Partial<FunctionCommand>, image: Partial<ImageConfig> = {}): readonly string[] {
  return execCommand({ args: [], env: [], ...command }, { image: { ...NO_IMAGE, ...image }, nonce: NONCE })
}

/** The program and its words. */
function program(command: Partial<FunctionCommand>, image: Partial<ImageConfig> = {}): readonly string[] {
  const all = words(command, image)
  return all.slice(all.indexOf(NONCE) + 1)
}

describe('what is run', () => {
  test.each<[string, Partial<FunctionCommand>, Partial<ImageConfig>, readonly string[]]>([
    ["the image's own", {}, { entrypoint: ['e'], cmd: ['c'] }, ['e', 'c']],
    ["the image's CMD alone", {}, { cmd: ['c', 'd'] }, ['c', 'd']],
    ['arguments instead of CMD', { args: ['a'] }, { entrypoint: ['e'], cmd: ['c'] }, ['e', 'a']],
    ['arguments alone', { args: ['a', 'b'] }, { cmd: ['c'] }, ['a', 'b']],
    ['an entrypoint takes CMD away', { entrypoint: ['x'] }, { entrypoint: ['e'], cmd: ['c'] }, ['x']],
    ['an entrypoint and arguments', { entrypoint: ['x'], args: ['a'] }, { cmd: ['c'] }, ['x', 'a']],
  ])('%s', (...[, command, image, expected]) => {
    expect(program(command, image)).toEqual(expected)
  })

  test('variables that a shell would not pass on go by env', () => {
    const env = [
      { name: 'a.b', value: '1 2', secret: false },
      { name: 'FINE', value: 'x', secret: false },
    ]
    expect(program({ entrypoint: ['x'], env }, { env: ['SHLVL=7', 'PATH=/bin'] })).toEqual([
      '/.krmpod/bin/busybox',
      'env',
      '--',
      'SHLVL=7',
      'a.b=1 2',
      'x',
    ])
  })

  test.each([
    [['a=b'], 'a.b', true],
    [['a=b'], 'FINE', false],
    [['ab', 'a=b'], 'a.b', false],
  ])('%j with the variable %s looks like a variable: %s', (args, name, looks) => {
    const image = { entrypoint: [], cmd: [], env: [] }
    expect(looksLikeVariable({ args, env: [{ name, value: 'x', secret: false }] }, image)).toBe(looks)
  })

  test.each([
    ['a.b', true, true],
    ['PWD', true, true],
    ['a.b', false, false],
    ['TOKEN', true, false],
  ])('%s, secret %s, would leak: %s', (name, secret, leaks) => {
    expect(wouldLeak({ args: [], env: [{ name, value: 'x', secret }] })).toBe(leaks)
  })
})

interface Ran {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** The same words, in the shell that the helper image has. */
async function run(
  argv: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
): Promise<Ran> {
  const [, ...rest] = words({ entrypoint: argv })
  const { exitCode, stdout, stderr } = await execa('busybox', rest, {
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env: { PATH: '/usr/bin:/bin', ...options.env },
    input: options.input ?? '',
  })
  return { exitCode, stdout, stderr }
}

/** What a program that prints its variables, NULs between them, says of these. */
async function printed(variables: Readonly<Record<string, string>>, env = {}): Promise<readonly string[]> {
  const asked = Object.entries(variables).map(([name, value]) => ({ name, value, secret: false }))
  const [, ...rest] = words({ entrypoint: ['/usr/bin/env', '-0'], env: asked })
  const command = rest.map((word) => (word === '/.krmpod/bin/busybox' ? '/bin/busybox' : word))
  const { stdout } = await execa('busybox', command, { extendEnv: false, env: { PATH: '/bin', ...env } })
  const lines = stdout.replace(marker(BEGUN), '').replace(marker('000').trim(), '').split('\0')
  return lines.filter((line) => line !== '' && line !== 'PATH=/bin').toSorted()
}

const SHELL_WORDS = [
  ...['name', 'nonce', 'program', 'folder', 'code', 'key', 'count', 'file'],
  ...['IFS', 'OPTIND', 'OPTARG', 'PPID', 'PS1', 'PS4', 'ENV', 'MAIL', 'CDPATH', 'LINENO', 'RANDOM', '_'],
]

function marker(word: string): string {
  return `\u001e${NONCE}:${word}\n`
}

describe('the script, in a real busybox', () => {
  test.each<[string, readonly string[], string, Ran]>([
    [
      'gives all of stdin',
      ['cat'],
      'in',
      { exitCode: 0, stdout: `${marker(BEGUN)}in${marker('000')}`, stderr: marker('000') },
    ],
    [
      'marks both streams after the last word',
      ['sh', '-c', 'printf out; printf err >&2; exit 3'],
      '',
      { exitCode: 3, stdout: `${marker(BEGUN)}out${marker('003')}`, stderr: `err${marker('003')}` },
    ],
    [
      'a signal',
      ['sh', '-c', 'kill -TERM $$'],
      '',
      { exitCode: 143, stdout: marker(BEGUN) + marker('143'), stderr: marker('143') },
    ],
    [
      'an unknown program',
      ['nosuch'],
      '',
      { exitCode: 127, stdout: marker(BEGUN) + marker('NFD'), stderr: marker('NFD') },
    ],
    [
      'an unknown path',
      ['/no/such'],
      '',
      { exitCode: 127, stdout: marker(BEGUN) + marker('NFD'), stderr: marker('NFD') },
    ],
    [
      'a folder',
      ['/tmp'],
      '',
      { exitCode: 126, stdout: marker(BEGUN) + marker('NEX'), stderr: marker('NEX') },
    ],
    [
      'a file',
      ['/etc/passwd'],
      '',
      { exitCode: 126, stdout: marker(BEGUN) + marker('NEX'), stderr: marker('NEX') },
    ],
    // Not the shell's own, nor the helper's.
    [
      'a word of the shell',
      ['set'],
      '',
      { exitCode: 127, stdout: marker(BEGUN) + marker('NFD'), stderr: marker('NFD') },
    ],
    [
      'words as they are',
      ['printf', '<%s>', 'a b', '$HOME', '*', '', "'"],
      '',
      { exitCode: 0, stdout: `${marker(BEGUN)}<a b><$HOME><*><><'>${marker('000')}`, stderr: marker('000') },
    ],
    [
      'does not wait for children that keep the streams',
      ['sh', '-c', 'sleep 0.5 >/dev/null 2>&1 & echo done'],
      '',
      { exitCode: 0, stdout: `${marker(BEGUN)}done\n${marker('000')}`, stderr: marker('000') },
    ],
  ])('%s', async (...[, argv, input, expected]) => {
    expect(await run(argv, { input })).toEqual(expected)
  })

  test('the program finds its own name, the environment as it was, and no descriptor of ours', async () => {
    const env = { PATH: '/usr/bin:/bin', A: 'x y', HOME: '/h' }
    const { stdout } = await run(['env'], { env })
    const lines = stdout.replace(marker(BEGUN), '').replace(marker('000'), '').trim().split('\n')
    expect(lines.toSorted()).toEqual(['A=x y', 'HOME=/h', 'PATH=/usr/bin:/bin'])
    expect((await run(['sh', '-c', 'tr "\\0" " " </proc/$$/cmdline'])).stdout).toContain(
      `${marker(BEGUN)}sh -c `,
    )
    const three = await run(['sh', '-c', '[ -e /proc/$$/fd/3 ]'])
    expect(three.exitCode).toBe(1)
  })

  test("variables by the names of the shell's, or of ours, are passed on as they are", async () => {
    const env = Object.fromEntries(SHELL_WORDS.map((name) => [name, `x ${name}`]))
    expect(await printed(env, env)).toEqual(SHELL_WORDS.map((name) => `${name}=x ${name}`).toSorted())
  })

  test('variables whose names look like options are variables', async () => {
    const named = { '--network': 'host', '-i': '', '-u': 'PATH', '--': 'x' }
    expect(await printed(named)).toEqual(['--=x', '--network=host', '-i=', '-u=PATH'])
  })

  test('a killed function is not told of twice', async () => {
    expect((await run(['sh', '-c', 'kill -SEGV $$'])).stderr).toBe(marker('139'))
  })

  test('it stays after its markers, so that what is still written to stdin meets no closed connection', async () => {
    const [, ...rest] = words({ entrypoint: ['true'] })
    const script = rest.map((word) => word.replaceAll('/.krmpod/bin/busybox', '/bin/busybox'))
    const env = { PATH: '/bin' }
    const shell = execa('busybox', script, { extendEnv: false, env, reject: false, detached: true })
    await once(shell.stdout, 'data')
    const first = await Promise.race([shell.then(() => 'ended'), sleep(1_000, 'stayed')])
    process.kill(-(shell.pid ?? NaN), 'SIGKILL')
    const { stdout, stderr } = await shell
    expect({ first, stdout, stderr }).toEqual({
      first: 'stayed',
      stdout: marker(BEGUN) + marker('000').trim(),
      stderr: marker('000').trim(),
    })
  })
})
