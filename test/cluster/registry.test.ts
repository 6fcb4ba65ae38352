import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { diskMemory } from '../../src/cluster/memory.ts'
import { parseChallenge } from '../../src/cluster/registry/challenge.ts'
import { loginFor, parseDockerConfig } from '../../src/cluster/registry/docker-auths.ts'
import { lookUpImageConfig, type WantedImage } from '../../src/cluster/registry/look-up.ts'
import type { ImageConfig } from '../../src/plan/exec-command.ts'
import { fakeCluster, NAMESPACE } from '../doubles/fake-cluster.ts'
import { basic, type FakeRegistry, fakeRegistry } from '../doubles/fake-registry.ts'
import { credentialsFor } from '../doubles/run-on.ts'

const IMAGE = { Entrypoint: ['/fn'], Cmd: ['--x'], Env: ['PATH=/bin'] }
const FOUND: ImageConfig = { entrypoint: ['/fn'], cmd: ['--x'], env: ['PATH=/bin'] }

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'krmpod-registry-'))
})
afterEach(() => rmSync(home, { recursive: true }))

interface Given {
  readonly wanted?: Partial<WantedImage>
  readonly env?: Readonly<Record<string, string>>
  /** A pull secret of the namespace, named `pull`. */
  readonly pullSecret?: object
}

async function lookUp(
  registry: FakeRegistry,
  { wanted = {}, env = {}, pullSecret }: Given = {},
): Promise<ImageConfig> {
  await using cluster = await fakeCluster()
  if (pullSecret) {
    const json = Buffer.from(JSON.stringify(pullSecret)).toString('base64')
    cluster.store.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pull', namespace: NAMESPACE },
      data: { '.dockerconfigjson': json },
    })
  }
  const api = new ApiClient(credentialsFor(cluster))
  const host = {
    api,
    namespace: NAMESPACE,
    env: { PATH: process.env['PATH'], ...env },
    home,
    memory: diskMemory(join(home, 'memory')),
  }
  try {
    const platform = { os: 'linux', arch: 'amd64' }
    const image = `${registry.host}/acme/fn:v1`
    return await lookUpImageConfig({ image, platform, mirrors: new Map(), pullSecrets: [], ...wanted }, host)
  } finally {
    api.close()
  }
}

function dockerConfig(config: object): void {
  mkdirSync(join(home, '.docker'), { recursive: true })
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify(config))
}

const auth = Buffer.from('me:secret').toString('base64')

describe("an image's own command", () => {
  test('of a tag', async () => {
    await using registry = await fakeRegistry()
    registry.put(IMAGE, { tag: 'v1' })
    expect(await lookUp(registry)).toEqual(FOUND)
  })

  test.each(['top', 'manifest', 'config'] as const)('of the digest that a node says: %s', async (which) => {
    await using registry = await fakeRegistry()
    const digests = registry.put(IMAGE, { tag: 'v1', platforms: ['arm64', 'amd64'] })
    registry.put({ Entrypoint: ['/newer'] }, { tag: 'v1' })
    expect(await lookUp(registry, { wanted: { digest: digests[which] } })).toEqual(FOUND)
  })

  test('of an index without our platform', async () => {
    await using registry = await fakeRegistry()
    registry.put(IMAGE, { tag: 'v1', platforms: ['s390x'] })
    expect(await lookUp(registry)).toEqual(FOUND)
  })

  test('that has none is empty', async () => {
    await using registry = await fakeRegistry()
    registry.put({ Entrypoint: null }, { tag: 'v1' })
    expect(await lookUp(registry)).toEqual({ entrypoint: [], cmd: [], env: [] })
  })

  test('is asked for once, by digest, and then known', async () => {
    await using registry = await fakeRegistry()
    const { top } = registry.put(IMAGE, { tag: 'v1' })
    await lookUp(registry, { wanted: { digest: top } })
    const before = registry.asked.length
    expect(await lookUp(registry, { wanted: { digest: top } })).toEqual(FOUND)
    expect(registry.asked).toHaveLength(before)
  })

  test('comes from a mirror, for one registry or for all', async () => {
    await using registry = await fakeRegistry()
    registry.put(IMAGE, { tag: 'v1' })
    for (const name of ['ghcr.io', '*']) {
      const mirrors = new Map([[name, `http://${registry.host}`]])
      expect(await lookUp(registry, { wanted: { image: 'ghcr.io/acme/fn:v1', mirrors } })).toEqual(FOUND)
    }
  })
})

describe('who asks', () => {
  test.each(['basic', 'token'] as const)('the docker config, %s', async (kind) => {
    await using registry = await fakeRegistry({ auth: kind })
    registry.put(IMAGE, { tag: 'v1' })
    dockerConfig({ auths: { [registry.host]: { auth } } })
    expect(await lookUp(registry)).toEqual(FOUND)
    const tokens = registry.asked.filter(({ url }) => url.startsWith('/token'))
    expect(tokens.map(({ url, authorization }) => [decodeURIComponent(url), authorization])).toEqual(
      kind === 'basic'
        ? []
        : [['/token?service=reg,+istry&scope=repository:acme/fn:pull', basic('me:secret')]],
    )
  })

  test('DOCKER_CONFIG', async () => {
    await using registry = await fakeRegistry({ auth: 'token' })
    registry.put(IMAGE, { tag: 'v1' })
    dockerConfig({ auths: { [registry.host]: { auth } } })
    const env = { DOCKER_CONFIG: join(home, '.docker') }
    home = join(home, 'nobody')
    mkdirSync(home)
    expect(await lookUp(registry, { env })).toEqual(FOUND)
    home = join(home, '..')
  })

  test('an identity token', async () => {
    await using registry = await fakeRegistry({ auth: 'token' })
    registry.put(IMAGE, { tag: 'v1' })
    dockerConfig({ auths: { [registry.host]: { identitytoken: 'identity' } } })
    expect(await lookUp(registry)).toEqual(FOUND)
    expect(registry.asked.find(({ form }) => form)?.form).toMatchObject({ grant_type: 'refresh_token' })
  })

  test('a credential helper', async () => {
    await using registry = await fakeRegistry({ auth: 'token' })
    registry.put(IMAGE, { tag: 'v1' })
    const script = join(home, 'docker-credential-vault')
    writeFileSync(
      script,
      `#!/bin/sh\n[ "$1 $(cat)" = "get ${registry.host}" ] || exit 1\necho '{"Username":"me","Secret":"secret"}'\n`,
    )
    chmodSync(script, 0o755)
    dockerConfig({ credsStore: 'nosuch', credHelpers: { [registry.host]: 'vault' } })
    expect(await lookUp(registry, { env: { PATH: `${home}:${process.env['PATH']}` } })).toEqual(FOUND)
  })

  test("the namespace's pull secret, before the docker config", async () => {
    await using registry = await fakeRegistry({ auth: 'token' })
    registry.put(IMAGE, { tag: 'v1' })
    dockerConfig({ auths: { [registry.host]: { auth: Buffer.from('me:wrong').toString('base64') } } })
    const pullSecret = { auths: { [`${registry.host}/acme`]: { username: 'me', password: 'secret' } } }
    expect(await lookUp(registry, { wanted: { pullSecrets: ['other', 'pull'] }, pullSecret })).toEqual(FOUND)
  })

  test('nobody else sees the password', async () => {
    await using registry = await fakeRegistry({ auth: 'basic', blobsElsewhere: true })
    registry.put(IMAGE, { tag: 'v1' })
    dockerConfig({ auths: { [registry.host]: { auth } } })
    expect(await lookUp(registry)).toEqual(FOUND)
    expect(registry.askedElsewhere).toHaveLength(1)
    expect(registry.askedElsewhere[0]).not.toHaveProperty('authorization')
  })
})

describe('a registry that', () => {
  test.each([
    ['basic', /answered 401 to \/v2\/acme\/fn\/manifests\/v1/],
    ['token', /answered 401 to the request for a token/],
  ] as const)('wants %s, and nobody has it', async (kind, message) => {
    await using registry = await fakeRegistry({ auth: kind })
    registry.put(IMAGE, { tag: 'v1' })
    dockerConfig({ auths: { 'other.io': { auth } } })
    await expect(lookUp(registry)).rejects.toThrow(message)
  })

  test('does not have the image', async () => {
    await using registry = await fakeRegistry()
    await expect(lookUp(registry)).rejects.toThrow(`${registry.host} does not have v1`)
  })

  test('sends something else for a digest', async () => {
    const digests = { config: '' }
    await using honest = await fakeRegistry()
    digests.config = honest.put(IMAGE, { tag: 'v1' }).config
    await using registry = await fakeRegistry({ liesAbout: digests.config })
    registry.put(IMAGE, { tag: 'v1' })
    await expect(lookUp(registry)).rejects.toThrow(
      `${registry.host} sent something else for ${digests.config}`,
    )
  })

  test('cannot be reached', async () => {
    const registry = await fakeRegistry()
    await registry[Symbol.asyncDispose]().catch(() => undefined)
    const image = '127.0.0.1:1/acme/fn:v1'
    await expect(lookUp(await fakeRegistry(), { wanted: { image } })).rejects.toThrow(/ECONNREFUSED/)
  })
})

test.each([
  ['Basic realm="x"', { kind: 'basic' }],
  ['bearer realm="https://a/t"', { kind: 'bearer', realm: 'https://a/t' }],
  [
    'Bearer realm="https://a",service="s",scope="a,b c"',
    { kind: 'bearer', realm: 'https://a', service: 's', scope: 'a,b c' },
  ],
  ['Bearer service="s"', undefined],
  ['Negotiate', undefined],
  [undefined, undefined],
])('WWW-Authenticate: %s', (header, expected) => {
  expect(parseChallenge(header)).toEqual(expected)
})

test.each([
  ['https://index.docker.io/v1/', 'docker.io/library/busybox', true],
  ['docker.io', 'docker.io/library/busybox', true],
  ['ghcr.io', 'ghcr.io/a/b', true],
  ['https://ghcr.io', 'ghcr.io/a/b', true],
  ['ghcr.io/a', 'ghcr.io/a/b', true],
  ['ghcr.io/c', 'ghcr.io/a/b', false],
  ['ghcr.io/a/bb', 'ghcr.io/a/b', false],
  ['*.acme.io', 'eu.acme.io/x', true],
  ['*.acme.io', 'a.eu.acme.io/x', false],
  ['acme.io', 'acme.io.evil.com/x', false],
  ['acme.io:5000', 'acme.io/x', false],
])('an entry for %s and %s: %s', (key, image, fits) => {
  const config = parseDockerConfig(JSON.stringify({ auths: { [key]: { auth } } }))
  expect(config && loginFor(image, config) !== undefined).toBe(fits)
})

test.each(['', 'null', '{"auths": 5}'])('a docker config of %j is none', (json) => {
  expect(parseDockerConfig(json)).toBeUndefined()
})
