import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rolesFor } from '../../src/install/roles.ts'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { ABILITIES, type Right } from '../../src/rights/abilities.ts'
import { fixture, kubectl, testNamespace } from './support/cluster.ts'
import { docker, type Ended } from './support/docker.ts'
import { callerWith } from './support/service-account.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
let folder: string
beforeAll(async () => {
  space = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  await space.apply(denyAllPolicy(space.name))
  folder = await mkdtemp(join(tmpdir(), 'krmpod-rights-'))
})
afterAll(async () => {
  await space[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A run with a value of the caller's, by somebody who lacks one verb on one resource. */
async function runWithout({ resource }: Right, verb: string): Promise<Ended> {
  const file = join(folder, 'kubeconfig')
  const left = ABILITIES.map((ability) => ({
    ...ability,
    rights: ability.rights
      .map((right) =>
        right.resource === resource ? { ...right, verbs: right.verbs.filter((it) => it !== verb) } : right,
      )
      .filter(({ verbs }) => verbs.length > 0),
  }))
  const kubeconfig = await callerWith(rolesFor(left, space.name), space.name)
  await writeFile(file, kubeconfig)
  return docker(['run', '-i', '--network', 'none', '-e', 'TOKEN', fixture('cat')], {
    namespace: space.name,
    env: { KUBECONFIG: file, TOKEN: 'x', KRMPOD_DEADLINE: '30s', KRMPOD_LANE: 'attach' },
    input: 'in',
  })
}

const EACH = ABILITIES.flatMap(({ isRequired, rights }) =>
  rights.flatMap((right) => right.verbs.map((verb) => ({ isRequired, right, verb }))),
)

interface Expected {
  readonly exitCode: number
  readonly says: RegExp
}

/** What a run says that lacks something which not every run needs, but this one does. */
const EXCEPTIONS: Readonly<Record<string, Expected>> = {
  'create secrets': { exitCode: 125, says: /^docker: not allowed to create secrets/ },
  // Its output is whole: the function has nothing to do with it.
  'delete pods': { exitCode: 0, says: /^docker: warning: could not delete Pod/ },
}

test.each(EACH)('without $verb on $right.resource', async ({ isRequired, right, verb }) => {
  const what = `${verb} ${right.resource}`
  const needed = { exitCode: 125, says: new RegExp(`^docker: not allowed to ${what} in namespace `) }
  const { exitCode, says } = EXCEPTIONS[what] ?? (isRequired ? needed : { exitCode: 0, says: /^$/ })
  const ended = await runWithout(right, verb)
  expect({ exitCode: ended.exitCode, stdout: ended.stdout.toString() }).toEqual({
    exitCode,
    stdout: exitCode === 0 ? 'in' : '',
  })
  expect(ended.stderr).toMatch(says)
  await kubectl(['delete', 'pods,secrets', '--all', '-n', space.name, '--grace-period=0', '--force'])
})
