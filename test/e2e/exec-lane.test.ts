import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { fixture, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended, start } from './support/docker.ts'
import { noise } from './support/noise.ts'
import { speaksV5 } from './support/server.ts'
import { callerIn } from './support/service-account.ts'

const hasExecLane = await speaksV5()

let space: Awaited<ReturnType<typeof testNamespace>>
let memory: string
beforeAll(async () => {
  space = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  await space.apply(denyAllPolicy(space.name))
  memory = await mkdtemp(join(tmpdir(), 'krmpod-memory-'))
})
afterAll(async () => {
  expect(await space.pods()).toEqual([])
  await space[Symbol.asyncDispose]()
  await rm(memory, { recursive: true })
})

const BY_LANE = (lane: string): Record<string, string> => ({ KRMPOD_LANE: lane, XDG_CACHE_HOME: memory })

function run(
  words: readonly string[],
  { lane = 'exec', input = '' }: { lane?: string; input?: string | Buffer } = {},
): Promise<Ended> {
  return docker(['run', '-i', '--network', 'none', ...words], {
    namespace: space.name,
    env: BY_LANE(lane),
    input,
  })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

describe.runIf(hasExecLane)('what a function is and sees is the same in both lanes', () => {
  test.each<[string, readonly string[]]>([
    ['its user, groups, directory, words and capabilities', [fixture('describe'), 'a', '$HOME', '']],
    ['the words and folder of an image without an entrypoint', [fixture('cmd-only')]],
    ['words that replace those', [fixture('cmd-only'), '/probe', 'describe', 'x']],
    [
      'another user, directory and environment',
      ['-u', '1000:2000', '-w', '/tmp', '-e', 'A=$(B) $$', '-e', 'B=1', fixture('describe')],
    ],
    ['names that no shell knows', ['-e', 'a.b=1', '-e', 'SHLVL=9', '-e', 'PWD=/x', fixture('describe')]],
  ])('%s', async (_what, words) => {
    const [attach, exec] = await Promise.all([run(words, { lane: 'attach' }), run(words)])
    const described = ({ stdout, stderr }: Ended): unknown => {
      const { env, hostname, pid, ...rest } = JSON.parse(stdout.toString() || stderr) as Record<
        string,
        unknown
      >
      return {
        ...rest,
        env: [...(env as string[])].filter((line) => !line.startsWith('HOSTNAME=')).toSorted(),
        hostname: typeof hostname,
        pid: typeof pid,
      }
    }
    expect({ exit: exec.exitCode, is: described(exec) }).toEqual({
      exit: attach.exitCode,
      is: described(attach),
    })
  })
})

describe.runIf(hasExecLane)('streams and ends', () => {
  test('50 MiB in and out, byte for byte', async () => {
    const input = randomBytes(50 * 1024 * 1024)
    const { exitCode, stdout, stderr } = await run([fixture('cat')], { input })
    expect({ exitCode, stderr, sha: sha256(stdout) }).toEqual({ exitCode: 0, stderr: '', sha: sha256(input) })
  })

  test('50 MiB on stdout and on stderr at once, from the first moment: whole, or nothing and tried again', async () => {
    const once = () =>
      start(['run', '--network', 'none', fixture('probe'), 'random=50MiB:both'], {
        namespace: space.name,
        env: BY_LANE('exec'),
      })
    let ended = await once()
    // A busy node may cut so much output; krmpod does not try again by itself once stderr was heard.
    for (let more = 2; ended.exitCode === 125 && more > 0; more -= 1) {
      expect(ended.stdout.length).toBe(0)
      ended = await once()
    }
    const expected = sha256(noise(50 * 1024 * 1024))
    expect([ended.exitCode, sha256(ended.stdout), sha256(ended.stderr)]).toEqual([0, expected, expected])
  })

  test.each<[string, readonly string[], number, string]>([
    ['its own exit code', ['-e', 'CODE=7', '-e', 'STDERR=no', fixture('fail')], 7, 'no'],
    ['a signal', [fixture('killed')], 137, ''],
    ['stdin that nobody reads', [fixture('deaf')], 0, ''],
  ])('%s', async (...[, words, exitCode, stderr]) => {
    expect(await run(words, { input: randomBytes(1024 * 1024) })).toEqual({
      exitCode,
      stdout: Buffer.alloc(0),
      stderr,
    })
  })

  test('a function that is killed for its memory is named as such', async () => {
    const { exitCode, stdout, stderr } = await run(['-m', '64m', fixture('hog')])
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 137, stdout: '' })
    expect(stderr).toContain('memory limit')
  })

  test.each([
    ['entrypoint-missing', 127],
    ['entrypoint-not-executable', 126],
    ['entrypoint-directory', 126],
  ])('%s: exit %d', async (image, exitCode) => {
    const ended = await run([fixture(image)])
    expect({ exitCode: ended.exitCode, stdout: ended.stdout.toString() }).toEqual({ exitCode, stdout: '' })
  })

  test('an image that is not there is told of as in the other lane', async () => {
    const { exitCode, stderr } = await run([fixture('no-such-image')])
    expect({ exitCode, stderr: /KRMPOD_IMAGE_PULL/.exec(stderr)?.[0] }).toEqual({
      exitCode: 125,
      stderr: 'KRMPOD_IMAGE_PULL',
    })
  })

  test('F30: nothing of it is in the log of the node', async () => {
    const { stderr, exitCode } = await docker(
      ['run', '--keep', '-i', '--network', 'none', '--name', 'quiet', fixture('cat')],
      { namespace: space.name, env: BY_LANE('exec'), input: 'secret', program: 'krmpod' },
    )
    expect(exitCode, stderr).toBe(0)
    const [pod = ''] = await space.pods()
    expect(await kubectl(['logs', pod, '-n', space.name])).toBe('')
    await kubectl(['delete', pod, '-n', space.name, '--grace-period=0', '--force'])
  })
})

describe.runIf(hasExecLane)('images that speak before anybody can attach', () => {
  const EARLY = ['stdout=one\\n', 'stderr=two\\n', 'sleep=0.2', 'read', 'echo', 'stderr=three\\n']

  test('are exact at the first run, and at once from then on', async () => {
    const words = [...AS_KUSTOMIZE, fixture('probe'), ...EARLY]
    const call = { namespace: space.name, env: BY_LANE('auto'), input: 'in\n' }
    for (let time = 1; time <= 3; time += 1) {
      const { exitCode, stdout, stderr } = await docker(words, call)
      expect({ time, exitCode, stdout: stdout.toString(), stderr }).toEqual({
        time,
        exitCode: 0,
        stdout: 'one\nin\n',
        stderr: 'two\nthree\n',
      })
    }
  })
})

describe.runIf(hasExecLane)('rights', () => {
  test('of the Role that krmpod ships are enough', async () => {
    const path = await kubeconfigWith(() => true)
    const ended = await docker(['run', '-i', '--network', 'none', fixture('cat')], {
      namespace: space.name,
      env: { ...BY_LANE('exec'), KUBECONFIG: path },
      input: 'in',
    })
    expect({ ...ended, stdout: ended.stdout.toString() }).toEqual({ exitCode: 0, stdout: 'in', stderr: '' })
  })

  test('without pods/exec the reason is told', async () => {
    const path = await kubeconfigWith(({ resources }) => !resources?.includes('pods/exec'))
    const { exitCode, stdout, stderr } = await docker(['run', '-i', '--network', 'none', fixture('cat')], {
      namespace: space.name,
      env: { ...BY_LANE('exec'), KUBECONFIG: path },
      input: 'in',
    })
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toContain('pods/exec')
    expect(stderr).toContain('KRMPOD_EXEC_UNAVAILABLE')
  })

  async function kubeconfigWith(keep: Parameters<typeof callerIn>[1]): Promise<string> {
    const path = join(memory, `kubeconfig-${randomBytes(4).toString('hex')}`)
    await writeFile(path, await callerIn(space.name, keep))
    return path
  }
})

describe.runIf(!hasExecLane)(
  'a server that speaks v4 only, over which the stdin of an exec has no end',
  () => {
    test('by wish, the reason is told', async () => {
      const { exitCode, stdout, stderr } = await run([fixture('cat')], { input: 'in' })
      expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
      expect(stderr).toContain('HTTP 403 to v5.channel.k8s.io')
      expect(stderr).toContain('KRMPOD_EXEC_UNAVAILABLE')
    })

    test('an image that speaks early on both streams: all of it, or a doubt and why exec could not resolve it', async () => {
      for (let time = 1; time <= 2; time += 1) {
        const { exitCode, stdout, stderr } = await run(
          [fixture('probe'), 'stdout=one', 'stderr=two', 'sleep=0.2', 'read'],
          { lane: 'auto', input: 'in' },
        )
        // A quick node is attached to before the first word.
        if (exitCode === 0)
          expect({ stdout: stdout.toString(), stderr }).toEqual({ stdout: 'one', stderr: 'two' })
        else {
          expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
          expect(stderr).toMatch(/KRMPOD_UNPROVEN/)
          expect(stderr).toContain('the exec lane cannot be used: HTTP 403 to v5.channel.k8s.io')
        }
      }
    })

    test('known as such, it is run by attach as long as it says nothing early', async () => {
      const ended = await run([fixture('probe'), 'read', 'echo', 'stderr=three'], {
        lane: 'auto',
        input: 'in',
      })
      expect({ ...ended, stdout: ended.stdout.toString() }).toEqual({
        exitCode: 0,
        stdout: 'in',
        stderr: 'three',
      })
    })
  },
)
