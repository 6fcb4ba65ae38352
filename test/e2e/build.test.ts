import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { BIN } from './support/docker.ts'
import { build, cloneOf } from './support/kustomize.ts'

const KRMPOD = join(BIN, 'krmpod')

let space: Awaited<ReturnType<typeof testNamespace>>
let clone: string
beforeAll(async () => {
  ;[space, clone] = await Promise.all([testNamespace(), cloneOf('kustomizations')])
})
afterAll(async () => {
  await rm(clone, { recursive: true })
  await space[Symbol.asyncDispose]()
})
beforeEach(async () => {
  expect(await eventually(space.pods, (pods) => pods.length === 0, 30_000)).toEqual([])
})

/** The Pods that the namespace has ever had. */
async function everMade(): Promise<readonly string[]> {
  const format = 'jsonpath={range .items[*]}{.involvedObject.name}{"\\n"}{end}'
  const query = ['--field-selector', 'reason=Scheduled', '-o', format]
  return (await kubectl(['get', 'events', '-n', space.name, ...query])).split('\n').filter(Boolean)
}

describe('krmpod build is kustomize build', () => {
  afterEach(async () => {
    expect(await space.staying(), 'no Pod is left').toEqual([])
  })

  test.each([
    ['five-functions', 0, []],
    ['demo', 0, []],
    ['generator-early', 0, []],
    ['mounts', 0, []],
    ['envs', 0, ['-e', 'PLAIN=mine', '-e', 'ADDED=yes']],
    ['validator-objects', 1, []],
    ['fails', 1, []],
    ['app', 0, []],
  ])('%s: the same stdout, stderr and exit status', async (name, exitCode, flags) => {
    const options = { namespace: space.name, flags, env: { FROM_CALLER: 'secret $(PLAIN) $$ value' } }
    const [plain, ours] = [await build(name, options), await build(name, { ...options, by: 'krmpod' })]
    expect(ours.exitCode).toBe(exitCode)
    expect(withoutNames(ours)).toEqual(withoutNames(plain))
  })

  test('the runs are its own: its docker children could not reach the cluster', async () => {
    const here = await mkdtemp(join(tmpdir(), 'krmpod-here-'))
    await copyFile(process.env['KUBECONFIG'] ?? '', join(here, 'kubeconfig'))
    // Relative to this folder, which is not kustomize's for its functions.
    const env = { KUBECONFIG: 'kubeconfig', KRMPOD_NAMESPACE: space.name }
    const words = ['build', '--enable-alpha-plugins', join(clone, 'five-functions')]
    const ours = await execa(KRMPOD, words, { cwd: here, env, reject: false })
    expect({ exitCode: ours.exitCode, stderr: ours.stderr }).toEqual({ exitCode: 0, stderr: '' })
    const plain = {
      cwd: here,
      env: { ...env, PATH: `${BIN}:${process.env['PATH'] ?? ''}` },
      reject: false,
    } as const
    expect((await execa('kustomize', words, plain)).stderr).toContain('no cluster to run Pods in')
    await rm(here, { recursive: true })
  })

  test('no docker child has a Node of its own, however many functions there are', async () => {
    const path = await mkdtemp(join(tmpdir(), 'krmpod-node-'))
    const node = `#!/bin/sh\necho "$*" >> "${path}/started"\nexec "${process.execPath}" "$@"\n`
    await writeFile(join(path, 'node'), node, { mode: 0o755 })
    const env = { PATH: `${path}:${process.env['PATH'] ?? ''}` }
    const { exitCode } = await build('five-functions', { namespace: space.name, by: 'krmpod', env })
    expect(exitCode).toBe(0)
    const started = (await readFile(join(path, 'started'), 'utf8')).trim().split('\n')
    expect(started).toEqual([expect.stringContaining(' build ')])
    await rm(path, { recursive: true })
  })

  test('with nothing ahead, each function starts when it is asked for', async () => {
    const options = { namespace: space.name, env: { KRMPOD_BUILD_AHEAD: '0' } }
    const { exitCode, objects, stderr } = await build('five-functions', { ...options, by: 'krmpod' })
    expect({ exitCode, stderr, objects: objects.length }).toEqual({ exitCode: 0, stderr: '', objects: 3 })
  })

  test('an image that does not exist fails it as plainly', async () => {
    const { exitCode, stdout, stderr } = await build('missing-image', { namespace: space.name, by: 'krmpod' })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/^docker: cannot pull .*no-such-image:v1: .*not found/m)
    expect(stderr).toContain('exit status 125')
  })

  test('a folder that does not exist, and flags that do not, are for kustomize to refuse', async () => {
    const env = { KRMPOD_NAMESPACE: space.name }
    for (const words of [
      ['build', '/no/such/folder'],
      ['build', '--no-such-flag'],
    ]) {
      const [ours, plain] = await Promise.all([
        execa(KRMPOD, words, { env, reject: false }),
        execa('kustomize', words, { reject: false }),
      ])
      expect([ours.exitCode, ours.stdout, ours.stderr]).toEqual([plain.exitCode, plain.stdout, plain.stderr])
    }
  })
})

/** Each build was of a folder of its own, and each Pod has a name of its own. */
function withoutNames({ stdout, stderr, exitCode }: Awaited<ReturnType<typeof build>>): unknown {
  const [out, err] = [stdout, stderr].map((said) =>
    said.replaceAll(/krmpod-kustomize-\w+/g, 'FOLDER').replaceAll(/(?<=krmpod-environment-)\w+/g, 'ID'),
  )
  return { exitCode, out, err }
}

test('without a kustomize: 127, and what to do', async () => {
  const path = await mkdtemp(join(tmpdir(), 'krmpod-path-'))
  await symlink(process.execPath, join(path, 'node'))
  const { exitCode, stderr } = await execa(KRMPOD, ['build', clone], {
    env: { PATH: `${path}:/usr/bin:/bin` },
    reject: false,
  })
  expect(exitCode).toBe(127)
  expect(stderr).toMatch(/^docker: cannot run kustomize: there is none on PATH\.\nInstall kustomize/)
  await rm(path, { recursive: true })
})

/** A kustomization whose functions are these, one after the other. */
async function kustomizationOf(functions: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(clone, 'made-'))
  const configs = functions.map((name, index) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { owner: 'shop' },
      metadata: {
        name: `${name}-${index}`,
        annotations: {
          'config.kubernetes.io/function': JSON.stringify({ container: { image: fixture(name) } }),
        },
      },
    }),
  )
  await writeFile(
    join(folder, 'kustomization.yaml'),
    JSON.stringify({ resources: ['../app'], transformers: configs }),
  )
  return folder
}

test('what kustomize did not come to is swept', async () => {
  // The last one begins while the first is still to be answered.
  const folder = await kustomizationOf(['annotate', 'fail', 'require'])
  const before = await everMade()
  const { exitCode, stderr } = await execa(KRMPOD, ['build', '--enable-alpha-plugins', folder], {
    env: { KRMPOD_NAMESPACE: space.name },
    reject: false,
  })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('exit status 3')
  expect(await space.staying()).toEqual([])
  const after = await eventually(everMade, (names) => names.length >= before.length + 3)
  const made = after.filter((name) => !before.includes(name)).map((name) => name.replace(/-\w+$/, ''))
  expect(made.toSorted()).toEqual(['krmpod-annotate', 'krmpod-fail', 'krmpod-require'])
})

interface Going {
  readonly child: ChildProcess
  readonly stdout: Promise<string>
  readonly stderr: Promise<string>
}

/** A build that has so many Pods. */
async function going(functions: readonly string[], pods = functions.length): Promise<Going> {
  const folder = await kustomizationOf(functions)
  const env = { ...process.env, KRMPOD_NAMESPACE: space.name, KRMPOD_DEADLINE: '2m' }
  const child = spawn(KRMPOD, ['build', '--enable-alpha-plugins', folder], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: text(child.stdout), stderr: text(child.stderr) }
  await eventually(space.pods, (names) => names.length >= pods, 30_000)
  return { child, ...said }
}

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s ends it, its kustomize and its functions: exit %i', async (signal, code) => {
  const { child, stdout, stderr } = await going(['stubborn', 'cat', 'cat'])
  child.kill(signal)
  const [exitCode] = (await once(child, 'exit')) as [number]
  expect(exitCode).toBe(code)
  expect(await space.staying()).toEqual([])
  // Every process that had them has ended, too.
  expect([await stdout, await stderr]).toEqual(['', expect.stringContaining(`interrupted: ${signal}.`)])
})

test('a kustomize that is killed: its exit status as a shell has it, and no Pod is left', async () => {
  const { child, stdout } = await going(['stubborn', 'cat'])
  await execa('pkill', ['-KILL', '-P', String(child.pid), 'kustomize'])
  const [exitCode] = (await once(child, 'exit')) as [number]
  expect({ exitCode, stdout: await stdout }).toEqual({ exitCode: 137, stdout: '' })
  expect(await space.staying()).toEqual([])
})

test('killed itself: its docker children run their functions again, and kustomize goes on', async () => {
  const { child, stdout, stderr } = await going(['annotate', 'cat'])
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await stdout).toContain('kind: Deployment')
  // The function's own words; nothing of krmpod's.
  expect(await stderr).toBe('[INFO] annotated 2 objects\n')
  await kubectl(['delete', 'pods', '--all', '-n', space.name, '--grace-period=0', '--force'])
})
