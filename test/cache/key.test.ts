import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeyInputs, keyOf } from '../../src/cache/key.ts'
import type { RunRequest } from '../../src/request/run-request.ts'
import { request } from '../request/resolving.ts'

const DIGEST = `sha256:${'a1'.repeat(32)}`
const WORDS = ['-i', '--network', 'none', `ghcr.io/acme/fn@${DIGEST}`]
const REQUEST = request(WORDS)
const INPUTS: KeyInputs = {
  version: '1.0.0',
  stdin: 'e3b0',
  files: { digest: '', treeOf: new Map() },
}

function key(changes: Partial<RunRequest> = {}, inputs: Partial<KeyInputs> = {}): string {
  return keyOf({ ...REQUEST, ...changes }, { ...INPUTS, ...inputs })
}

/** As written after `docker run`. */
function keyFor(words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  return keyOf(request([...words, ...WORDS], { env }), INPUTS)
}

describe('another key for', () => {
  test.each<[string, Partial<RunRequest>]>([
    ['another image', { image: `ghcr.io/acme/fn@sha256:${'b2'.repeat(32)}` }],
    ['an entrypoint', { entrypoint: ['x'] }],
    ['an empty entrypoint', { entrypoint: [] }],
    ['arguments', { args: ['x'] }],
    ['a working directory', { workingDir: '/x' }],
    ['another user', { user: { kind: 'ids', uid: 1 } }],
    ['the user of the image', { user: { kind: 'image' } }],
    ['groups', { groups: [7] }],
    ['a network', { network: 'open' }],
    ['a network that has to be shown to be none', { enforcement: 'require' }],
    ['a variable', { env: [{ name: 'A', value: '', secret: false }] }],
    ['a function that reads no stdin', { streams: { ...REQUEST.streams, stdin: false } }],
    ['a read-only root', { readOnlyRoot: true }],
    ['an account', { serviceAccount: 'x' }],
    ['a user namespace', { userNamespace: true }],
    ['other nodes', { nodeSelector: { pool: 'x' } }],
    ['tainted nodes', { tolerations: [{ key: 'x' }] }],
    ['a template', { podTemplate: { spec: { runtimeClassName: 'x' } } }],
    ['a platform', { platform: { os: 'linux', arch: 'arm64' } }],
    ['a hostname', { hostname: 'x' }],
    ['hosts', { hosts: [{ ip: '192.0.2.1', names: ['x'] }] }],
    ['nameservers', { dns: { ...REQUEST.dns, servers: ['192.0.2.1'] } }],
    ['no proof', { proof: false }],
    ['another bound of stdout', { maxOutputBytes: 1 }],
    ['another bound of stderr', { maxStderrBytes: 1 }],
    ['another limit', { resources: { ...REQUEST.resources, limits: { memory: '7Mi' } } }],
    ['shared memory', { resources: { ...REQUEST.resources, shmBytes: 7 } }],
    ['an empty folder', { mounts: [{ kind: 'scratch', target: '/x', readOnly: false }] }],
  ])('%s', (_what, changes) => {
    expect(key(changes)).not.toBe(key())
  })

  test.each<[string, Partial<KeyInputs>]>([
    ['another krmpod', { version: '1.0.1' }],
    ['another stdin', { stdin: 'e3b1' }],
    ['other files', { files: { digest: 'x', treeOf: new Map() } }],
  ])('%s', (_what, inputs) => {
    expect(key({}, inputs)).not.toBe(key())
  })

  test('the same files at another place, or of another mount', () => {
    const treeOf = new Map([
      ['/a', 0],
      ['/b', 1],
    ])
    const mounted = (source: string, target: string): string =>
      key(
        { mounts: [{ kind: 'bind', source, target, readOnly: true, createSource: false }] },
        { files: { digest: 'x', treeOf } },
      )
    const keys = [mounted('/a', '/x'), mounted('/a', '/y'), mounted('/b', '/x')]
    expect(new Set(keys).size).toBe(3)
  })
})

describe('the same key for', () => {
  test.each<[string, Partial<RunRequest>]>([
    ['another registry', { image: `mirror.acme.io/fn:v2@${DIGEST}`, givenImage: 'x' }],
    ['another name', { name: 'x' }],
    [
      'another way to the image',
      { pullPolicy: 'Always', pullSecrets: ['x'], mirrors: new Map([['a', 'b']]) },
    ],
    ['labels and annotations', { labels: { a: 'b' }, annotations: { c: 'd' } }],
    ['another deadline', { deadlineMs: 7, deadlineName: 'x', stopTimeoutSeconds: 7 }],
    ['another lane', { lane: 'exec', nudge: false }],
    ['other requests', { resources: { ...REQUEST.resources, requests: { cpu: '1' } } }],
  ])('%s', (_what, changes) => {
    expect(key(changes)).toBe(key())
  })

  test('a folder that was moved', () => {
    const moved = (source: string): string =>
      key(
        { mounts: [{ kind: 'bind', source, target: '/x', readOnly: true, createSource: false }] },
        { files: { digest: 'x', treeOf: new Map([[source, 0]]) } },
      )
    expect(moved('/a')).toBe(moved('/b'))
  })

  test('a value, whether it is written or taken from the environment', () => {
    expect(keyFor(['-e', 'A'], { A: 'b' })).toBe(keyFor(['-e', 'A=b']))
    expect(keyFor(['-e', 'A'], { A: 'b' })).not.toBe(keyFor(['-e', 'A'], { A: 'c' }))
  })
})

test('words and values that run into each other are told apart', () => {
  const words = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 })
  const given = fc.record({ args: words, entrypoint: words, workingDir: fc.string({ maxLength: 3 }) })
  fc.assert(
    fc.property(given, given, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other)
      expect(key(one) === key(other)).toBe(isSame)
    }),
  )
  const variables = fc.array(fc.record({ name: fc.string(), value: fc.string(), secret: fc.boolean() }), {
    maxLength: 3,
  })
  const pairs = (env: RunRequest['env']): string =>
    JSON.stringify(env.map(({ name, value }) => [name, value]))
  fc.assert(
    fc.property(variables, variables, (one, other) => {
      expect(key({ env: one }) === key({ env: other })).toBe(pairs(one) === pairs(other))
    }),
  )
})

test('nothing of a value can be read in it', () => {
  const hex = Buffer.from('s3cret-value').toString('hex')
  expect(keyFor(['-e', 'A'], { A: 's3cret-value' })).toMatch(/^[a-f0-9]{64}$/)
  expect(keyFor(['-e', 'A'], { A: 's3cret-value' })).not.toContain(hex)
})
