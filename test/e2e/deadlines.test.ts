import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, BIN } from './support/docker.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
let folder = ''
beforeAll(async () => {
  space = await testNamespace()
  folder = await mkdtemp(join(tmpdir(), 'krmpod-callers-'))
})
afterAll(async () => {
  await Promise.all([space[Symbol.asyncDispose](), rm(folder, { recursive: true })])
})

/** A program by that name, which does what the words say: the kernel knows a script by its file's name. */
async function caller(name: string, script: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, `#!/bin/sh\n${script}\nexit $?\n`, { mode: 0o755 })
  return file
}

async function call(program: string, env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await execa(program, {
    env: { KRMPOD_NAMESPACE: space.name, KRMPOD_CALLER_TIMEOUT: 'auto', ...env },
    input: '',
    reject: false,
  })
  return { exitCode, stdout, stderr }
}

const DOCKER = join(BIN, 'docker')
const HANG = `${DOCKER} ${AS_KUSTOMIZE.join(' ')} ${fixture('stubborn')}`

test('F23: under Argo CD a run ends before the whole build is killed, and says so', async () => {
  // The first part of the build is over before the function's turn comes.
  const kustomize = await caller('kustomize', `sleep 2\n${HANG}`)
  const server = await caller('argocd-repo-server', `sleep 1\n${kustomize}`)
  const start = performance.now()
  const { exitCode, stdout, stderr } = await call(server, {
    ARGOCD_APP_NAME: 'app',
    // Enough for a Pod to start on a busy machine.
    ARGOCD_EXEC_TIMEOUT: '24s',
  })
  expect(performance.now() - start).toBeLessThan(24_000)
  expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: '' })
  // Whether what the function says first is heard depends on who is first.
  expect(stderr).toMatch(
    /^(hanging\n)?docker: the run did not end within Argo CD's 24 s for a build, less 5 s, counted from the start of kustomize 2(\.\d)? s before: .*\d s running\.\n/,
  )
  expect(await space.staying()).toEqual([])
})

test('F23: as an Argo CD plugin, from the start of its command', async () => {
  const kustomize = await caller('kustomize', `${DOCKER} ${AS_KUSTOMIZE.join(' ')} ${fixture('cat')}`)
  const command = await caller('generate.sh', `sleep 1\n${kustomize}`)
  const server = await caller('argocd-cmp-server', command)
  const { exitCode, stderr } = await call(server, { ARGOCD_APP_NAME: 'app', KRMPOD_CALLER_TIMEOUT: '5500ms' })
  expect(exitCode).toBe(125)
  expect(stderr).toContain(
    "the run did not end within the caller's 5.5 s (callerTimeout), less 5 s, counted from the start of generate.sh 1",
  )
  expect(await space.pods()).toEqual([])
})

test.each([
  ['kpt', 291],
  ['someone', 601],
])('the deadline of a Pod under %s is %d s: a second more than that of its run', async (name, seconds) => {
  const krmpod = await caller(name, `${join(BIN, 'krmpod')} run --dry-run ${fixture('cat')}`)
  const { stdout } = await call(krmpod)
  expect(stdout).toContain(`activeDeadlineSeconds: ${seconds}\n`)
})
