import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { kubectl, namesOf, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from './support/docker.ts'
import { dockerConfig, type PrivateRegistry, privateRegistry } from './support/private-registry.ts'
import { speaksV5 } from './support/server.ts'
import { callerIn } from './support/service-account.ts'

const hasExecLane = await speaksV5()
const LANES = [{ KRMPOD_LANE: 'attach' }, ...(hasExecLane ? [{ KRMPOD_LANE: 'exec' }] : [])]

let space: Awaited<ReturnType<typeof testNamespace>>
let registry: PrivateRegistry
let folder: string
beforeAll(async () => {
  registry = await privateRegistry()
  space = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  folder = await mkdtemp(join(tmpdir(), 'krmpod-test-'))
  await space.apply(denyAllPolicy(space.name))
  await Promise.all([
    pullSecret('right', dockerConfig(registry.host)),
    pullSecret('wrong', dockerConfig(registry.host, 'open barley')),
    writeFile(join(folder, 'kubeconfig'), await callerIn(space.name)),
  ])
})
afterAll(async () => {
  await Promise.all([registry[Symbol.asyncDispose](), space[Symbol.asyncDispose]()])
  await rm(folder, { recursive: true })
})
afterEach(async () => {
  expect(await space.pods(), 'no Pod is left').toEqual([])
  expect(await namesOf('secrets', space.name)).toEqual(['secret/right', 'secret/wrong'])
})

function pullSecret(name: string, json: string): Promise<void> {
  const data = { '.dockerconfigjson': Buffer.from(json).toString('base64') }
  const type = 'kubernetes.io/dockerconfigjson'
  return space.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type, data })
}

/** Runs an image that no other test has brought onto the node, with no more rights than krmpod ships. */
async function runPrivate(name: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const image = await registry.push('cat', `private/${name}:v1`)
  return docker([...AS_KUSTOMIZE, image], {
    namespace: space.name,
    input: 'in',
    env: {
      ...registry.env,
      KUBECONFIG: join(folder, 'kubeconfig'),
      DOCKER_CONFIG: folder,
      // What an image says of its command is remembered: each run asks for itself.
      XDG_CACHE_HOME: join(folder, name),
      KRMPOD_DEADLINE: '90s',
      ...env,
    },
  })
}

function expectResult({ exitCode, stdout, stderr }: Ended): void {
  expect({ exitCode, stdout: stdout.toString(), stderr }).toEqual({ exitCode: 0, stdout: 'in', stderr: '' })
}

function expectRefusal({ exitCode, stdout, stderr }: Ended, name: string): void {
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
  expect(stderr.match(/^docker: /gm), stderr).toHaveLength(1)
  expect(stderr).toMatch(new RegExp(`^docker: cannot pull ${registry.host}/private/${name}:v1: `))
  expect(stderr).toMatch(/pull access denied|401 Unauthorized|no basic auth credentials/)
  expect(stderr).toContain('(KRMPOD_IMAGE_PULL; docs/errors.md)')
  expect(stderr).not.toMatch(/open (sesame|barley)/)
}

describe.each(LANES)('%o: a Secret of the namespace', (lane) => {
  const prefix = `${lane.KRMPOD_LANE}-secret`

  test('right: pulled', async () => {
    // In the exec lane krmpod asks the registry, too, and may not read Secrets: there it is the caller's own login.
    await writeFile(join(folder, 'config.json'), dockerConfig(registry.host))
    expectResult(await runPrivate(`${prefix}-right`, { ...lane, KRMPOD_IMAGES_PULL_SECRETS: 'right' }))
  })

  test.each([
    ['wrong', 'wrong'],
    ['not there', 'absent'],
    ['not named', ''],
  ])('%s: refused', async (_what, secret) => {
    const name = `${prefix}-${secret || 'none'}`
    expectRefusal(await runPrivate(name, { ...lane, KRMPOD_IMAGES_PULL_SECRETS: secret }), name)
  })
})

describe.each(LANES)("%o: the caller's docker config", (lane) => {
  const prefix = `${lane.KRMPOD_LANE}-config`
  const env = { ...lane, KRMPOD_IMAGES_PULL_SECRET_FROM: 'dockerConfig' }

  test('right: pulled', async () => {
    await writeFile(join(folder, 'config.json'), dockerConfig(registry.host))
    expectResult(await runPrivate(`${prefix}-right`, env))
  })

  test('wrong: refused', async () => {
    await writeFile(join(folder, 'config.json'), dockerConfig(registry.host, 'open barley'))
    expectRefusal(await runPrivate(`${prefix}-wrong`, env), `${prefix}-wrong`)
  })

  test('without this registry: refused, and that is said', async () => {
    await writeFile(join(folder, 'config.json'), dockerConfig('ghcr.io'))
    const ended = await runPrivate(`${prefix}-absent`, env)
    expectRefusal(ended, `${prefix}-absent`)
    expect(ended.stderr).toContain(`The docker config has no login for ${registry.host}.`)
  })
})

test.runIf(hasExecLane)(
  "krmpod's own look at the registry, without a login: the exec lane cannot be used",
  async () => {
    await rm(join(folder, 'config.json'), { force: true })
    const ended = await runPrivate('no-look', { KRMPOD_LANE: 'exec', KRMPOD_IMAGES_PULL_SECRETS: 'right' })
    expect({ exitCode: ended.exitCode, stdout: ended.stdout.toString() }).toEqual({
      exitCode: 125,
      stdout: '',
    })
    expect(ended.stderr).toMatch(/^docker: the exec lane cannot be used: .*401/)
  },
)

test('nobody has put the password where it can be read', async () => {
  await writeFile(join(folder, 'config.json'), dockerConfig(registry.host))
  const ended = await docker(['run', '--dry-run', `${registry.host}/private/x:v1`], {
    program: 'krmpod',
    namespace: space.name,
    env: { ...registry.env, DOCKER_CONFIG: folder, KRMPOD_IMAGES_PULL_SECRET_FROM: 'dockerConfig' },
  })
  expect(ended.stdout.toString()).toMatch(/\.dockerconfigjson: \(redacted\)/)
  expect(await kubectl(['get', 'events', '-n', space.name, '-o', 'yaml'])).not.toContain('open sesame')
})
