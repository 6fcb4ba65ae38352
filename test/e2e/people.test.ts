import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { fixture, kubectl, testNamespace } from './support/cluster.ts'
import { docker, type Ended } from './support/docker.ts'
import { administrator } from './support/restricted.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())

function krmpod(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return docker(words, { namespace: space.name, program: 'krmpod', env, input: 'in' })
}

describe('krmpod run, for people', () => {
  test('--dry-run prints a plan that the API server accepts, and no secret', async () => {
    const words = ['run', '--dry-run', '--network', 'none', '-e', 'TOKEN', '-e', 'A=$B', fixture('cat')]
    const { exitCode, stdout } = await krmpod(words, { TOKEN: 'hunter2' })
    const text = stdout.toString()
    expect({
      exitCode,
      leaks: text.includes('hunter2') || text.includes(Buffer.from('hunter2').toString('base64')),
    }).toEqual({ exitCode: 0, leaks: false })
    const kinds = parseAllDocuments(text).map((document) => (document.toJS() as { kind: string }).kind)
    expect(kinds).toEqual(['NetworkPolicy', 'Pod', 'Secret'])
    await kubectl(['apply', '-n', space.name, '--dry-run=server', '-f', '-'], text)
    expect(await space.pods()).toEqual([])
  })

  test('--dry-run says what the function will not get', async () => {
    const { exitCode, stderr } = await krmpod(
      ['run', '--dry-run', '-e', 'TOKEN', '-e', 'NOT_SET', '--tmpfs', '/scratch:noexec', fixture('cat')],
      { TOKEN: 'hunter2', KRMPOD_ENV_ALLOW: 'LANG' },
    )
    expect({ exitCode, warnings: stderr.split('\n') }).toEqual({
      exitCode: 0,
      warnings: [
        'krmpod: warning: env.allow does not list TOKEN, NOT_SET: not passed on, as if the caller had none',
        'krmpod: warning: --tmpfs "/scratch:noexec": noexec has no effect in a Pod',
        '',
      ],
    })
  })

  test('--timings tells where the time went', async () => {
    const { exitCode, stdout, stderr } = await krmpod(['run', '-i', '--timings', fixture('cat')])
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: 'in' })
    expect(stderr).toMatch(/starting the container +\d+ ms[^]*reading the exit code +\d+ ms[^]*total +\d+ ms/)
  })

  test('--keep leaves the Pod to be looked at', async () => {
    const { exitCode, stderr } = await krmpod(['run', '-i', '--keep', fixture('cat')])
    expect(exitCode).toBe(0)
    const [pod = ''] = await space.pods()
    expect(pod).toMatch(/^pod\/krmpod-cat-/)
    expect(stderr).toContain(pod.replace('pod/', ''))
    expect(await kubectl(['logs', '-n', space.name, pod])).toBe('in')
    await kubectl(['delete', '-n', space.name, pod, '--grace-period=0', '--force'])
  })

  test('--namespace wins over KRMPOD_NAMESPACE', async () => {
    const words = ['run', '--namespace', 'no-such-namespace', fixture('cat')]
    const { exitCode, stderr } = await krmpod(words, { KUBECONFIG: administrator() })
    expect(exitCode).toBe(125)
    expect(stderr).toContain('namespace no-such-namespace does not exist')
  })

  test.each([
    [['--help'], 0, /krmpod COMMAND/],
    [['run', '--help'], 0, /--dry-run/],
    [['--version'], 0, /^\d+\.\d+\.\d+/],
    [['completion'], 0, /compdef|complete -/],
  ])('%j', async (words, code, stdout) => {
    const ended = await krmpod(words)
    expect(ended.exitCode).toBe(code)
    expect(ended.stdout.toString()).toMatch(stdout)
  })

  test('an unknown command is refused', async () => {
    const { exitCode, stdout, stderr } = await krmpod(['no-such-command'])
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('no-such-command')
  })
})
