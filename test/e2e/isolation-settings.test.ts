import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from './support/docker.ts'
import { givesUserNamespaces, speaksV5 } from './support/server.ts'
import { callerIn } from './support/service-account.ts'

type Space = Awaited<ReturnType<typeof testNamespace>>

const hasExecLane = await speaksV5()

let plain: Space
let restricted: Space
let folder: string
beforeAll(async () => {
  plain = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'privileged' })
  restricted = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  folder = await mkdtemp(join(tmpdir(), 'krmpod-test-'))
  for (const space of [plain, restricted]) await space.apply(denyAllPolicy(space.name))
})
afterAll(async () => {
  await Promise.all([plain[Symbol.asyncDispose](), restricted[Symbol.asyncDispose]()])
  await rm(folder, { recursive: true })
})
afterEach(async () => {
  expect([...(await plain.pods()), ...(await restricted.pods())], 'no Pod is left').toEqual([])
})

function expectRefusal({ exitCode, stdout, stderr }: Ended, words: RegExp): void {
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
  expect(stderr).toMatch(words)
  expect(stderr.match(/^docker: /gm), stderr).toHaveLength(1)
}

describe('logs', () => {
  /** What a log agent on the node would find, while the function still runs. */
  async function logOf(env: Readonly<Record<string, string>>, name: string): Promise<string> {
    const words = ['-i', '--name', name, fixture('probe'), 'read', 'stdout=secret\n', 'sleep=12']
    const running = docker(['run', ...words], { namespace: restricted.name, env, input: 'x' })
    const [pod = ''] = await eventually(restricted.pods, (pods) => pods.length > 0, 30_000)
    await kubectl(['wait', '-n', restricted.name, pod, '--for=condition=Ready', '--timeout=60s'])
    const read = (): Promise<string> => kubectl(['logs', '-n', restricted.name, pod, '-c', 'function'])
    const log = await eventually(read, (text) => text !== '')
    const { exitCode, stdout } = await running
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: 'secret\n' })
    return log
  }

  test("node: the function's output is in its container's log", async () => {
    expect(await logOf({ KRMPOD_LANE: 'attach' }, 'logged')).toBe('secret')
  })

  test.runIf(hasExecLane)('none: it is not, whatever the lane is set to', async () => {
    expect(await logOf({ KRMPOD_LANE: 'attach', KRMPOD_LOGS: 'none' }, 'unlogged')).toBe('')
  })

  test('none, where exec cannot be used: refused, not logged', async () => {
    const file = join(folder, 'no-exec')
    await writeFile(file, await callerIn(plain.name, ({ resources }) => !resources?.includes('pods/exec')))
    const env = { KUBECONFIG: file, KRMPOD_LOGS: 'none', KRMPOD_DEADLINE: '60s' }
    const ended = await docker([...AS_KUSTOMIZE, fixture('cat')], { namespace: plain.name, env, input: 'in' })
    expectRefusal(ended, /^docker: the exec lane cannot be used: /)
  })
})

describe('user namespaces', () => {
  test('a Pod in one of its own, or the reason why the node has none', async () => {
    const ended = await docker([...AS_KUSTOMIZE, fixture('cat')], {
      namespace: restricted.name,
      env: { KRMPOD_USER_NAMESPACES: 'on', KRMPOD_DEADLINE: '60s' },
      input: 'in',
    })
    if (await givesUserNamespaces()) {
      const { exitCode, stdout, stderr } = ended
      expect({ exitCode, stdout: stdout.toString(), stderr }).toEqual({
        exitCode: 0,
        stdout: 'in',
        stderr: '',
      })
    } else {
      expectRefusal(ended, /^docker: the Pod cannot have a user namespace of its own: .*namespaces/)
    }
  })
})

describe('podTemplate', () => {
  const TOLERATION = { key: 'krmpod.dev/test', operator: 'Exists', effect: 'NoSchedule' }
  const LINUX = { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }
  const TEMPLATE = {
    metadata: { labels: { team: 'platform' } },
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [LINUX] }],
          },
        },
      },
      tolerations: [TOLERATION],
      containers: [{ name: 'function', resources: { limits: { memory: '300Mi' } } }],
    },
  }

  async function run(template: object): Promise<Ended> {
    const file = join(folder, 'config.yaml')
    await writeFile(file, JSON.stringify({ podTemplate: template }))
    return docker(['run', '--keep', '-i', '--network', 'none', fixture('cat')], {
      program: 'krmpod',
      namespace: restricted.name,
      env: { KRMPOD_CONFIG: file },
      input: 'in',
    })
  }

  test('is in the Pod that ran', async () => {
    const { exitCode, stdout } = await run(TEMPLATE)
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: 'in' })
    const pods = ['pods', '-n', restricted.name]
    expect(JSON.parse(await kubectl(['get', ...pods, '-o', 'json']))).toMatchObject({
      items: [
        {
          metadata: { labels: { team: 'platform', 'krmpod.dev/network': 'none' } },
          spec: {
            affinity: TEMPLATE.spec.affinity,
            tolerations: expect.arrayContaining([TOLERATION]) as unknown,
            containers: [{ resources: { limits: { memory: '300Mi' } } }],
          },
        },
      ],
    })
    await kubectl(['delete', ...pods, '--all', '--now'])
  })

  test('that says what krmpod decides is refused, and no Pod is made', async () => {
    const ended = await run({ spec: { hostNetwork: true } })
    expectRefusal(
      ended,
      /config\.yaml: podTemplate\.spec\.hostNetwork: expected none, .*\n(.*\n)*.*KRMPOD_SETTINGS/,
    )
  })
})

describe.each(['--user=0:0', '--user=0', '--user=root'])('%s (--as-current-user by root)', (user) => {
  const run = ({ name }: Space): Promise<Ended> =>
    docker(['run', '-i', '--network', 'none', user, fixture('describe')], { namespace: name })

  test('runs as root, without capabilities, where the namespace allows it', async () => {
    const { exitCode, stdout, stderr } = await run(plain)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout.toString())).toMatchObject({ uid: 0, gid: 0 })
  })

  test('is refused before there is any Pod where Pod Security is "restricted"', async () => {
    const ended = await run(restricted)
    expectRefusal(ended, /^docker: not allowed to create pods in namespace \S+: .*violates PodSecurity/)
    expect(ended.stderr).toMatch(/runAsUser=0.*\n(.*\n)*.*The function was to run as root/)
    expect(await kubectl(['get', 'events', '-n', restricted.name, '-o', 'name'])).not.toMatch(
      /krmpod-describe/,
    )
  })
})
