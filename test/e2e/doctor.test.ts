import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/doctor/finding.ts'
import { functionsManifests } from '../../src/install/functions-manifests.ts'
import { DEFAULTS } from '../../src/install/wanted.ts'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended, start } from './support/docker.ts'
import { administrator } from './support/restricted.ts'
import { callerIn } from './support/service-account.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
let folder: string
beforeAll(async () => {
  space = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' }, { bare: true })
  folder = await mkdtemp(join(tmpdir(), 'krmpod-doctor-'))
})
afterAll(async () => {
  await space[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

function doctor(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return docker(['doctor', ...words], {
    namespace: space.name,
    program: 'krmpod',
    env: { KUBECONFIG: administrator(), ...env },
  })
}

interface Examined {
  readonly exitCode: number
  readonly verdicts: readonly (readonly [check: string, verdict: Entry['verdict']])[]
  readonly entries: readonly Entry[]
}

async function examined(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Examined> {
  const { exitCode, stdout, stderr } = await doctor([...words, '-o', 'json'], env)
  expect(stderr).toBe('')
  const entries = JSON.parse(stdout.toString()) as Entry[]
  return { exitCode, entries, verdicts: entries.map(({ check, verdict }) => [check, verdict]) }
}

function saysOf({ entries }: Examined, name: string): string {
  return entries
    .filter(({ check }) => check === name)
    .map(({ says }) => says)
    .join('\n')
}

function underNone(enforcement: string): Promise<Ended> {
  return docker([...AS_KUSTOMIZE, fixture('cat')], {
    namespace: space.name,
    env: { KUBECONFIG: administrator(), KRMPOD_NETWORK_ENFORCEMENT: enforcement },
    input: 'in',
  })
}

describe('krmpod doctor', () => {
  test('before anything is there: what is missing, and what to do', async () => {
    const { exitCode, stdout } = await doctor([])
    expect(exitCode).toBe(0)
    expect(stdout.toString()).toMatch(/^server +ok +Kubernetes v1\.\d+\.\d+/)
    expect(stdout.toString()).toMatch(/^network +warning +there is no NetworkPolicy krmpod-network-none/m)
  })

  test('require refuses what nobody has tried', async () => {
    await space.apply(denyAllPolicy(space.name))
    const { exitCode, stdout, stderr } = await underNone('require')
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toMatch(
      /^docker: network\.enforcement is require, and it is not shown .*nobody has tried it/,
    )
  })

  test('F24: --probe shows it from the first moment, and writes it where runs read it', {
    timeout: 120_000,
  }, async () => {
    const found = await examined(['--probe'])
    expect({ exitCode: found.exitCode, probe: saysOf(found, 'probe') }).toEqual({
      exitCode: 0,
      probe: expect.stringMatching(
        /^Calico enforces the policy from the first moment of a container, on node \S+\nruns will read it on NetworkPolicy krmpod-network-none$/,
      ) as string,
    })
    const table = found.entries.find(({ check }) => check === 'probe')?.details ?? []
    expect(table.filter((line) => / open$/.test(line)).map((line) => line.split(' (')[0])).toEqual([
      'the API service',
      'another Pod',
      "the kubelet's port of the node",
    ])
    expect(table.filter((line) => /open .*(open|reached)$/.test(line))).toEqual([])
    expect(saysOf(found, 'network')).toBe('--network none is none')
    expect(await space.staying()).toEqual([])
    const ended = await underNone('require')
    expect({ ...ended, stdout: ended.stdout.toString() }).toEqual({ exitCode: 0, stdout: 'in', stderr: '' })
  })

  test('a probe that is interrupted takes its Pods with it', async () => {
    const env = { KUBECONFIG: administrator() }
    const probing = start(['doctor', '--probe'], { namespace: space.name, program: 'krmpod', env })
    await eventually(space.pods, (pods) => pods.length === 3, 30_000)
    probing.kill('SIGTERM')
    const { exitCode, stderr } = await probing
    expect({ exitCode, said: Buffer.from(stderr).toString() }).toEqual({
      exitCode: 143,
      said: expect.stringContaining('docker: interrupted: SIGTERM.') as string,
    })
    expect(await space.staying()).toEqual([])
    expect(await eventually(space.pods, (pods) => pods.length === 0, 60_000)).toEqual([])
  })

  test('a policy that opens is found by the doctor and by every run', async () => {
    const opens = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'allow-dns' },
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
      },
    }
    await space.apply(opens)
    const found = await examined([])
    expect({ exitCode: found.exitCode, network: saysOf(found, 'network') }).toEqual({
      exitCode: 1,
      network:
        '--network none is not none: NetworkPolicy allow-dns of the namespace opens it to the function, too',
    })
    const warned = await underNone('warn')
    expect({ exitCode: warned.exitCode, stdout: warned.stdout.toString() }).toEqual({
      exitCode: 0,
      stdout: 'in',
    })
    expect(warned.stderr).toBe(
      'docker: warning: the function is not without a network: NetworkPolicy allow-dns of the namespace opens it to the function, too\n',
    )
    expect((await underNone('require')).exitCode).toBe(125)
    await kubectl(['delete', 'networkpolicy', 'allow-dns', '-n', space.name])
  })

  test('a policy that was changed has to be tried again', async () => {
    const policy = denyAllPolicy(space.name)
    await space.apply({ ...policy, spec: { ...policy.spec, podSelector: {} } })
    expect((await underNone('require')).stderr).toContain('it was changed, or made anew')
  })
})

describe('for a caller with the Roles of krmpod install rbac', () => {
  test('every ability is there, and nothing too much', async () => {
    const file = join(folder, 'caller')
    await writeFile(file, await callerIn(space.name))
    const { entries, exitCode } = await examined([], { KUBECONFIG: file })
    const rights = entries.filter(({ check }) => check === 'rights')
    expect(exitCode).toBe(0)
    expect(rights.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 7 }, () => 'ok'))
  })

  test('what is missing is named, with what it means', async () => {
    const file = join(folder, 'half')
    const left = ['pods/attach', 'pods/exec']
    await writeFile(
      file,
      await callerIn(space.name, ({ resources }) => !resources?.some((name) => left.includes(name))),
    )
    const { exitCode, stdout } = await doctor([], { KUBECONFIG: file })
    expect(exitCode).toBe(1)
    expect(stdout.toString()).toMatch(
      /^rights +FAILED +to run a function: no function can be run, without create pods\/attach, get pods\/attach$/m,
    )
    expect(stdout.toString()).toMatch(
      /^rights +warning +to start functions .*, without create pods\/exec, get pods\/exec$/m,
    )
  })

  test('too much is named, too', async () => {
    await using other = await testNamespace({}, { bare: true })
    const file = join(folder, 'mighty')
    await writeFile(file, await callerIn(other.name))
    await kubectl([
      'create',
      'rolebinding',
      'mighty',
      '-n',
      other.name,
      '--clusterrole=admin',
      `--serviceaccount=${other.name}:caller`,
    ])
    const { stdout } = await doctor(['-n', other.name], { KUBECONFIG: file })
    expect(stdout.toString()).toMatch(/^rights +warning +may list secrets: /m)
    expect(stdout.toString()).toMatch(/^rights +warning +may patch networkpolicies: /m)
  })

  test('a namespace that krmpod install rbac has made: nothing to complain of but the probe', async () => {
    await using other = await testNamespace({}, { bare: true })
    const manifests = functionsManifests({ ...DEFAULTS, namespace: other.name })
    for (const manifest of manifests) await kubectl(['apply', '-f', '-'], JSON.stringify(manifest))
    const examine = async () => {
      const { exitCode, verdicts } = await examined(['-n', other.name])
      return { exitCode, bad: verdicts.filter(([, verdict]) => verdict !== 'ok') }
    }
    // An admission policy counts a moment after it was made.
    expect(await eventually(examine, ({ bad }) => bad.length === 1, 20_000)).toEqual({
      exitCode: 0,
      bad: [['network', 'warning']],
    })
  })
})

describe('bad input', () => {
  test.each([
    [['--target', 'example.com:443', '--probe'], 125, /expected ADDRESS:PORT/],
    [['--target', '192.0.2.1:443'], 1, /probe/],
    [['-o', 'yaml'], 1, /Invalid values/],
    [['--bogus'], 1, /Unknown argument/],
  ])('%j', async (words, code, message) => {
    const { exitCode, stdout, stderr } = await doctor(words)
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toMatch(message)
  })

  test('a cluster that does not answer: 125', async () => {
    const file = join(folder, 'nowhere')
    const cluster = { name: 'c', cluster: { server: 'http://127.0.0.1:1' } }
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } }
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [cluster],
      contexts: [context],
      users: [{ name: 'u', user: {} }],
      'current-context': 'c',
    }
    await writeFile(file, JSON.stringify(config))
    const { exitCode, stdout, stderr } = await doctor([], { KUBECONFIG: file })
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toContain('KRMPOD_API_UNREACHABLE')
  })
})
