import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, namesOf, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker } from './support/docker.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())

interface Description {
  readonly argv: readonly string[]
  readonly env: readonly string[]
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  readonly cwd: string
  readonly hostname: string
  readonly capEff: string
  readonly noNewPrivs: string
  readonly readOnlyRoot: boolean
}

/** What the function sees of itself when it is run with these words. */
async function describeWith(
  flags: readonly string[],
  after: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Description> {
  const { exitCode, stdout, stderr } = await docker(
    ['run', '--rm', ...flags, fixture('describe'), ...after],
    {
      namespace: space.name,
      env,
    },
  )
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout.toString()) as Description
}

describe('docker run, as Pods do it', () => {
  test.each([
    [[], { uid: 65534, gid: 65534 }],
    [['--user', 'nobody'], { uid: 65534, gid: 65534 }],
    [['--user', '1234:4321'], { uid: 1234, gid: 4321 }],
    [['-u', '1000'], { uid: 1000 }],
    [
      ['--group-add', '2000', '--group-add', '2001'],
      { groups: expect.arrayContaining([2000, 2001]) as number[] },
    ],
    [['-w', '/'], { cwd: '/' }],
    [['--hostname', 'my-host'], { hostname: 'my-host' }],
    [['--read-only'], { readOnlyRoot: true }],
    [[], { readOnlyRoot: false, capEff: '0000000000000000', noNewPrivs: '1' }],
  ])('%j gives %j', async (flags, expected) => {
    expect(await describeWith(flags)).toMatchObject(expected)
  })

  test('--user 0:0 is root, where the namespace allows it', async () => {
    await using plain = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'privileged' })
    const words = ['run', '--rm', '--user', '0:0', fixture('describe')]
    const { exitCode, stdout, stderr } = await docker(words, { namespace: plain.name })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout.toString())).toMatchObject({ uid: 0, gid: 0 })
  })

  test('F28: an image whose user is a name runs as the number that krmpod gives it', async () => {
    const { exitCode, stdout, stderr } = await docker([...AS_KUSTOMIZE, fixture('user-name')], {
      namespace: space.name,
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout.toString())).toMatchObject({ uid: 65534, gid: 65534 })
  })

  test('F29: where the root is read-only, HOME and /tmp can be written to', async () => {
    const script =
      'cat; echo $HOME; echo home > $HOME/x && echo temp > /tmp/y && cat $HOME/x /tmp/y; echo > /x'
    const words = [...AS_KUSTOMIZE, '--read-only', 'busybox:musl', 'sh', '-c', script]
    const { exitCode, stdout, stderr } = await docker(words, { namespace: space.name })
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 1, stdout: '/tmp\nhome\ntemp\n' })
    expect(stderr).toContain('Read-only file system')
  })

  test('words after the image replace its CMD, --entrypoint its ENTRYPOINT', async () => {
    const dollars = ['$(GREETING)', '$$', '', 'two words']
    expect((await describeWith([])).argv).toEqual(['/probe', 'describe', 'default', 'words'])
    expect((await describeWith([], dollars)).argv).toEqual(['/probe', 'describe', ...dollars])
    expect((await describeWith(['--entrypoint', '/probe'], ['describe', 'x'])).argv).toEqual([
      '/probe',
      'describe',
      'x',
    ])
  })

  test('environment: given, empty, from the caller, and from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'krmpod-test-'))
    try {
      const file = join(folder, 'env')
      await writeFile(file, '\uFEFF# comment\nFROM_FILE=a b = c\nBARE\n\nGREETING=from file\n')
      const flags = [
        '--env-file',
        file,
        '-e',
        'GIVEN=$(GREETING) $$',
        '-e',
        'EMPTY=',
        '-e',
        'CALLER',
        '-e',
        'ABSENT',
      ]
      const { env } = await describeWith(flags, [], { CALLER: 'ünïcode\nline', BARE: 'bare' })
      expect(env).toEqual(
        expect.arrayContaining([
          'FROM_FILE=a b = c',
          'BARE=bare',
          'GREETING=from file',
          'GIVEN=$(GREETING) $$',
          'EMPTY=',
          'CALLER=ünïcode\nline',
        ]),
      )
      expect(env.join('\n')).not.toContain('ABSENT')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test.each([0, 1, 3, 64, 125, 126, 127, 130, 137, 255])(
    "exit code %i is the function's own",
    async (code) => {
      const call = { namespace: space.name, input: 'x' }
      const { exitCode, stdout, stderr } = await docker(
        [...AS_KUSTOMIZE, '-e', `CODE=${code}`, '-e', 'STDOUT=out', '-e', 'STDERR=err', fixture('fail')],
        call,
      )
      expect({ exitCode, stdout: stdout.toString(), stderr }).toEqual({
        exitCode: code,
        stdout: 'out',
        stderr: 'err',
      })
    },
  )

  test('a function killed for its memory says so', async () => {
    const { exitCode, stdout, stderr } = await docker([...AS_KUSTOMIZE, '-m', '32m', fixture('hog')], {
      namespace: space.name,
    })
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 137, stdout: '' })
    expect(stderr).toContain('memory limit of')
  })

  test.each([
    ['entrypoint-missing', 127, /does not exist/],
    ['entrypoint-not-executable', 126, /cannot be executed/],
    ['entrypoint-directory', 126, /cannot be executed/],
  ])('%s ends with %i', async (name, code, words) => {
    const { exitCode, stdout, stderr } = await docker([...AS_KUSTOMIZE, fixture(name)], {
      namespace: space.name,
    })
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toMatch(/^docker: /)
    expect(stderr).toMatch(words)
  })

  test('a file that --env-file names and that is not there: our words, not those of the Node that runs us', async () => {
    const { exitCode, stdout, stderr } = await docker(
      ['run', '--env-file', '/no/such/file', fixture('cat')],
      { namespace: space.name },
    )
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toMatch(/^docker: cannot use \/no\/such\/file: /)
  })

  test('-a chooses what the caller sees', async () => {
    const words = [fixture('probe'), 'read', 'stdout=out', 'stderr=err']
    const only = async (stream: string): Promise<unknown> => {
      const { stdout, stderr } = await docker(['run', '-i', '-a', 'stdin', '-a', stream, ...words], {
        namespace: space.name,
        input: 'x',
      })
      return { stdout: stdout.toString(), stderr }
    }
    expect(await only('stdout')).toEqual({ stdout: 'out', stderr: '' })
    expect(await only('stderr')).toEqual({ stdout: '', stderr: 'err' })
  })

  test('without -i the function reads an empty stdin', async () => {
    const { exitCode, stdout } = await docker(['run', fixture('sink')], {
      namespace: space.name,
      input: 'not for you',
    })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout.toString())).toMatchObject({ bytes: 0 })
  })

  test('--cidfile names the Pod by its UID, and must not exist before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'krmpod-test-'))
    try {
      const file = join(folder, 'cid')
      const call = { namespace: space.name }
      expect((await docker(['run', '--cidfile', file, fixture('cat')], call)).exitCode).toBe(0)
      expect(await readFile(file, 'utf8')).toMatch(/^[0-9a-f-]{36}$/)
      const again = await docker(['run', '--cidfile', file, fixture('cat')], call)
      expect(again).toMatchObject({
        exitCode: 125,
        stderr: expect.stringContaining('exists already') as string,
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('no Pod and no Secret is left of all this', async () => {
    expect(await space.pods()).toEqual([])
    expect(await namesOf('secrets', space.name)).toEqual([])
  })
})
