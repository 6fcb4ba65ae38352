import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/doctor/finding.ts'
import { fixture, testNamespace } from '../e2e/support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from '../e2e/support/docker.ts'
import { useCluster } from '../e2e/support/environment.ts'
import { down, kill, NAME, pushImages, up } from './instance.ts'

let space: Awaited<ReturnType<typeof testNamespace>>

async function probed(): Promise<{ exitCode: number; says: readonly string[] }> {
  const words = ['doctor', '--probe', '-o', 'json']
  const { exitCode, stdout } = await docker(words, { namespace: space.name, program: 'krmpod' })
  const entries = JSON.parse(stdout.toString()) as Entry[]
  return { exitCode, says: entries.filter(({ check }) => check === 'probe').map(({ says }) => says) }
}

function underNone(enforcement: string): Promise<Ended> {
  return docker([...AS_KUSTOMIZE, fixture('cat')], {
    namespace: space.name,
    env: { KRMPOD_NETWORK_ENFORCEMENT: enforcement },
    input: 'in',
  })
}

describe('F25: a CNI that does not enforce policies', () => {
  const name = 'bridged'
  beforeAll(async () => {
    await up('', { name, cni: 'bridge' })
    useCluster(name)
    await pushImages()
    space = await testNamespace()
  })
  afterAll(() => down({ name }))

  test('is found by the probe, and every run says so or is refused', async () => {
    const { exitCode, says } = await probed()
    expect(exitCode).toBe(1)
    expect(says[0]).toMatch(
      /^the policy is not enforced, on node \S+: a function under --network none has a network$/,
    )
    const warned = await underNone('warn')
    expect({ exitCode: warned.exitCode, stdout: warned.stdout.toString() }).toEqual({
      exitCode: 0,
      stdout: 'in',
    })
    expect(warned.stderr).toMatch(
      /^docker: warning: the function is not without a network: .* does not enforce policies/,
    )
    const refused = await underNone('require')
    expect({ exitCode: refused.exitCode, stdout: refused.stdout.toString() }).toEqual({
      exitCode: 125,
      stdout: '',
    })
    expect(refused.stderr).toContain('does not enforce policies')
  })
})

describe('F26: an agent for policies that is down', () => {
  beforeAll(async () => {
    await up('')
    useCluster(NAME)
    await pushImages()
    space = await testNamespace()
  })
  afterAll(() => down())

  test('is not taken for one that enforces, nor for one that does not', async () => {
    await kill('felix')
    const { exitCode, says } = await probed()
    expect(exitCode).toBe(1)
    expect(says[0]).toMatch(/^cannot tell, on node \S+: a Pod that may reach everything did not, either$/)
    const refused = await underNone('require')
    expect({ exitCode: refused.exitCode, stdout: refused.stdout.toString() }).toEqual({
      exitCode: 125,
      stdout: '',
    })
    expect(refused.stderr).toContain('could not tell')
    expect((await underNone('warn')).stdout.toString()).toBe('in')
  })
})
