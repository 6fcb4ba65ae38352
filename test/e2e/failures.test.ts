import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { eventually, fixture, image, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from './support/docker.ts'
import { administrator } from './support/restricted.ts'
import { callerIn } from './support/service-account.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
let folder: string
beforeAll(async () => {
  space = await testNamespace()
  await space.apply(denyAllPolicy(space.name))
  folder = await mkdtemp(join(tmpdir(), 'krmpod-test-'))
})
afterAll(async () => {
  await space[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})
afterEach(async () => {
  expect(await space.pods(), 'no Pod is left').toEqual([])
})

/** Empty stdout, 125, and one reason that says `words`. */
function expectRefusal(ended: Ended, words: RegExp): void {
  expect({ exitCode: ended.exitCode, stdout: ended.stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
  expect(ended.stderr).toMatch(words)
  expect(ended.stderr.match(/^docker: (?!warning)/gm), ended.stderr).toHaveLength(1)
}

const CAT = [...AS_KUSTOMIZE, fixture('cat')]

describe('infrastructure failures: empty stdout, one reason, 125, nothing left', () => {
  test('an image that does not exist: at once, with its name and the events', async () => {
    const ended = await docker([...AS_KUSTOMIZE, image('krmpod/no-such:v1')], {
      namespace: space.name,
      env: { KRMPOD_DEADLINE: '60s' },
    })
    expectRefusal(ended, /^docker: cannot pull \S+krmpod\/no-such:v1: .*not found/)
    expect(ended.stderr).toContain('Warning Failed')
  })

  test('--pull never, and the image is not on the node', async () => {
    const ended = await docker([...AS_KUSTOMIZE, '--pull', 'never', image('krmpod/never:v1')], {
      namespace: space.name,
    })
    expectRefusal(ended, /cannot pull/)
  })

  test('a namespace that does not exist', async () => {
    expectRefusal(
      await docker(CAT, { namespace: 'no-such-namespace', env: { KUBECONFIG: administrator() } }),
      /namespace no-such-namespace does not exist/,
    )
  })

  test('a kubeconfig that names no context', async () => {
    const file = join(folder, 'empty')
    await writeFile(file, 'apiVersion: v1\nkind: Config\n')
    expectRefusal(await docker(CAT, { namespace: space.name, env: { KUBECONFIG: file } }), /^docker: /)
  })

  test('a Pod that the cluster never schedules: waited for until the deadline, and why', async () => {
    const ended = await docker([...AS_KUSTOMIZE, '--platform', 'linux/s390x', fixture('cat')], {
      namespace: space.name,
      env: { KRMPOD_DEADLINE: '4s' },
    })
    expectRefusal(ended, /did not end within its deadline of 4 s: .* scheduling \(Unschedulable: .*affinity/)
  })

  test('a function that never ends: stopped at the deadline', async () => {
    const ended = await docker([...AS_KUSTOMIZE, fixture('hang')], {
      namespace: space.name,
      env: { KRMPOD_DEADLINE: '5s' },
    })
    // kubelet may have noticed the Pod's own deadline by then, and the exit code is read next.
    expectRefusal(ended, /did not end within its deadline of 5 s: .* s running[.,]/)
  })

  test('a Pod deleted by someone else', async () => {
    const running = docker([...AS_KUSTOMIZE, fixture('hang')], {
      namespace: space.name,
      env: { KRMPOD_DEADLINE: '60s' },
    })
    const [pod = ''] = await eventually(space.pods, (pods) => pods.length > 0)
    await kubectl(['wait', '-n', space.name, pod, '--for=jsonpath={.status.phase}=Running', '--timeout=30s'])
    await kubectl(['delete', '-n', space.name, pod, '--grace-period=1'])
    expectRefusal(await running, /Pod \S+ was lost: it was deleted by someone else|was cut/)
  })
})

describe('what passes by itself is waited for', () => {
  test('a full quota: the run is done when it clears', async () => {
    await using full = await testNamespace()
    await full.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none' },
      spec: { hard: { pods: '0' } },
    })
    await eventually(
      () => kubectl(['get', 'resourcequota', 'none', '-n', full.name, '-o', 'jsonpath={.status.hard.pods}']),
      (hard) => hard === '0',
    )
    const running = docker(CAT, { namespace: full.name, input: 'in', env: { KRMPOD_DEADLINE: '60s' } })
    await new Promise((resolve) => setTimeout(resolve, 2000))
    await kubectl(['delete', 'resourcequota', 'none', '-n', full.name])
    const { exitCode, stdout } = await running
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: 'in' })
  })

  test('a quota that stays full: the deadline names it', async () => {
    await using full = await testNamespace()
    await full.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none' },
      spec: { hard: { pods: '0' } },
    })
    await eventually(
      () => kubectl(['get', 'resourcequota', 'none', '-n', full.name, '-o', 'jsonpath={.status.hard.pods}']),
      (hard) => hard === '0',
    )
    const ended = await docker(CAT, { namespace: full.name, env: { KRMPOD_DEADLINE: '3s' } })
    expectRefusal(ended, /creating the Pod \(.*exceeded quota/)
  })
})

describe('rights', () => {
  test('the shipped Role is all a run needs', async () => {
    const file = join(folder, 'whole-role')
    await writeFile(file, await callerIn(space.name))
    const env = { KUBECONFIG: file, TOKEN: 'from caller' }
    const { exitCode, stdout, stderr } = await docker(
      [...AS_KUSTOMIZE, '-e', 'TOKEN', fixture('environment')],
      {
        namespace: space.name,
        env,
        input: 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n',
      },
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout.toString()).toContain('TOKEN: from caller')
  })

  test('no deny-all policy, and no right to make one: refused before any Pod', async () => {
    await using bare = await testNamespace({}, { bare: true })
    const file = join(folder, 'no-policy')
    await writeFile(file, await callerIn(bare.name))
    const ended = await docker(CAT, { namespace: bare.name, env: { KUBECONFIG: file } })
    expectRefusal(ended, /has no NetworkPolicy krmpod-network-none/)
  })
})
