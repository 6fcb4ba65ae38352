import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encode, encodeJson } from '../../src/build/frames.ts'
import { fixture, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker } from './support/docker.ts'

/** Writes down which files of dist/cli are read. */
const HOOK = `
const fs = require('node:fs')
const read = fs.readFileSync
fs.readFileSync = (path, ...options) => {
  const [, name] = /dist\\/cli\\/(.*)\\.cjs$/.exec(String(path)) ?? []
  if (name) fs.appendFileSync(process.env.LOADED, name + '\\n')
  return read(path, ...options)
}`

let space: Awaited<ReturnType<typeof testNamespace>>
let folder = ''
beforeAll(async () => {
  space = await testNamespace()
  folder = mkdtempSync(join(tmpdir(), 'krmpod-bundle-'))
  writeFileSync(join(folder, 'hook.cjs'), HOOK)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await space[Symbol.asyncDispose]()
})

/** In an order that bin/from-cache.sh has no answers for. */
const FOR_NODE = ['run', '--pull', 'missing', ...AS_KUSTOMIZE.slice(1)]

/** The files that one run of a function loads, in their order. */
async function loadedBy(image: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const list = join(folder, 'loaded')
  rmSync(list, { force: true })
  const { exitCode, stdout } = await docker([...FOR_NODE, image], {
    namespace: space.name,
    input: 'in\n',
    env: {
      NODE_OPTIONS: `--require=${join(folder, 'hook.cjs')}`,
      LOADED: list,
      XDG_CACHE_HOME: folder,
      ...env,
    },
  })
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: 'in\n' })
  return readFileSync(list, 'utf8').trim().split('\n')
}

/** The image by its digest, as cached results need it. */
function pinned(): string {
  const registry = process.env['KRMPOD_TEST_REGISTRY'] ?? ''
  const digest = execFileSync('crane', ['digest', `${registry}/krmpod/fixtures/cat:v1`], { encoding: 'utf8' })
  return `${fixture('cat').replace(/:v1$/, '')}@${digest.trim()}`
}

const FOR_ANY_RUN = ['dial-and-secure-and-connect-and-kubeconfig-and-pod-and-whole-run-and-hit']
const FOR_WHOLE_RUNS = [
  'dial-and-secure-and-connect-and-kubeconfig-and-pod-and-whole-run',
  'kubeconfig',
  'secure-and-connect-and-kubeconfig-and-pod-and-whole-run',
  'connect-and-kubeconfig-and-pod-and-whole-run',
  'pod-and-whole-run',
  'whole-run',
]

test('a run opens its connections before it loads the rest, and loads few files', async () => {
  expect(await loadedBy(fixture('cat'), { KRMPOD_SWEEP: 'off' })).toEqual([
    'docker',
    'always',
    ...FOR_ANY_RUN,
    ...FOR_WHOLE_RUNS,
  ])
})

test('a kept result is found without what speaks to the cluster', async () => {
  const env = { KRMPOD_CACHE_MAX_BYTES: '1Mi' }
  await loadedBy(pinned(), env)
  expect(await loadedBy(pinned(), env)).toEqual(['docker', 'always', ...FOR_ANY_RUN, 'hit'])
})

test('code that a hit has kept is kept anew by a run that calls more of it', async () => {
  const code = join(folder, 'krmpod', 'code')
  const bytesKept = (): number[] => readdirSync(code).map((name) => statSync(join(code, name)).size)
  const env = { KRMPOD_CACHE_MAX_BYTES: '1Mi' }
  await loadedBy(pinned(), env)
  rmSync(code, { recursive: true })
  expect(await loadedBy(pinned(), env)).toContain('hit')
  const byHit = bytesKept()
  expect(await loadedBy(fixture('cat'), {})).toContain('pod-and-whole-run')
  const byRun = bytesKept()
  expect(byHit.length).toBe(4)
  expect(byRun.filter((bytes) => byHit.includes(bytes)).length).toBeLessThan(byHit.length)
})

test('a docker below krmpod build loads nothing of a run', async () => {
  const end = encodeJson('end', { exitCode: 0, stdoutBytes: 3 })
  const answer = Buffer.concat([encode('accepted'), encode('stdout', Buffer.from('in\n')), end])
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(answer)).resume()
  })
  const path = join(folder, 'socket')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const files = await loadedBy('any', { KRMPOD_BUILD_SOCKET: `aa:${path}` })
  server.close()
  expect(files).toEqual(['docker', 'always', 'messenger'])
})
