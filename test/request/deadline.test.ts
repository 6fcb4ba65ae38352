import { describe, expect, test } from 'vitest'
import { type Ancestor, deadlineOf } from '../../src/request/deadline.ts'

type Env = Readonly<Record<string, string>>

const NATIVE: readonly Ancestor[] = [
  { name: 'kustomize', ageMs: 20_000 },
  { name: 'argocd-repo-ser', ageMs: 9_000_000 },
]
const PLUGIN: readonly Ancestor[] = [
  { name: 'kustomize', ageMs: 20_000 },
  { name: 'sh', ageMs: 21_000 },
  { name: 'argocd-cmp-serv', ageMs: 9_000_000 },
]
const SHELL: readonly Ancestor[] = [{ name: 'bash', ageMs: 9_000_000 }]
const APP: Env = { ARGOCD_APP_NAME: 'app' }

interface Case {
  readonly settings?: Partial<Parameters<typeof deadlineOf>[0]>
  readonly env?: Env
  readonly ancestors?: readonly Ancestor[]
}

function given({ settings, env = {}, ancestors = SHELL }: Case): readonly [number, string] {
  const { deadlineMs, deadlineName } = deadlineOf(
    { deadlineMs: 600_000, callerTimeout: 'auto', ...settings },
    { env, ancestors },
  )
  return [deadlineMs, deadlineName]
}

const OWN = 'its deadline of 600 s'
const KPT = "kpt's 300 s for a function, less 10 s"
const KUSTOMIZE = 'less 5 s, counted from the start of kustomize 20 s before'

describe("F23: a run's deadline is the least of its own and its caller's", () => {
  test.each<[string, Case, ...(readonly [ms: number, name: string])]>([
    ['nobody known', {}, 600_000, OWN],
    ['callers that cannot be seen', { ancestors: [] }, 600_000, OWN],
    ['kpt', { ancestors: [{ name: 'kpt', ageMs: 70_000 }] }, 290_000, KPT],
    ['kpt as it is released', { ancestors: [{ name: 'kpt_linux_amd64', ageMs: 0 }] }, 290_000, KPT],
    ['kpt, but not as the parent', { ancestors: [...SHELL, { name: 'kpt', ageMs: 0 }] }, 600_000, OWN],
    ['another program by a like name', { ancestors: [{ name: 'kptlike', ageMs: 0 }] }, 600_000, OWN],
    ['kustomize alone', { ancestors: NATIVE.slice(0, 1) }, 600_000, OWN],
    ['Argo CD', { env: APP, ancestors: NATIVE }, 65_000, `Argo CD's 90 s for a build, ${KUSTOMIZE}`],
    [
      'Argo CD with a limit of its own',
      { env: { ARGOCD_EXEC_TIMEOUT: '2m30s' }, ancestors: NATIVE },
      125_000,
      `Argo CD's 150 s for a build, ${KUSTOMIZE}`,
    ],
    ['Argo CD without a limit', { env: { ARGOCD_EXEC_TIMEOUT: '0' }, ancestors: NATIVE }, 600_000, OWN],
    [
      'Argo CD with a limit that Go does not read, so that its default holds',
      { env: { ARGOCD_EXEC_TIMEOUT: '90' }, ancestors: NATIVE },
      65_000,
      `Argo CD's 90 s for a build, ${KUSTOMIZE}`,
    ],
    [
      "an Argo CD plugin, from its command's start",
      { env: APP, ancestors: PLUGIN },
      34_000,
      "Argo CD's 60 s for a plugin, less 5 s, counted from the start of sh 21 s before",
    ],
    [
      'an Argo CD plugin, to which ARGOCD_EXEC_TIMEOUT means nothing',
      { env: { ...APP, ARGOCD_EXEC_TIMEOUT: '5m' }, ancestors: PLUGIN },
      34_000,
      "Argo CD's 60 s for a plugin, less 5 s, counted from the start of sh 21 s before",
    ],
    [
      'an Argo CD plugin whose command we are',
      { env: APP, ancestors: PLUGIN.slice(2) },
      55_000,
      "Argo CD's 60 s for a plugin, less 5 s",
    ],
    [
      'an Argo CD server in another process namespace: a build',
      { env: APP, ancestors: NATIVE.slice(0, 1) },
      65_000,
      `Argo CD's 90 s for a build, ${KUSTOMIZE}`,
    ],
    [
      'an Argo CD server in another process namespace: a plugin',
      { env: { ...APP, KUBE_VERSION: '1.36' }, ancestors: NATIVE.slice(0, 1) },
      35_000,
      `Argo CD's 60 s for a plugin, ${KUSTOMIZE}`,
    ],
    [
      "Argo CD's variables in somebody's old shell",
      { env: APP },
      85_000,
      "Argo CD's 90 s for a build, less 5 s",
    ],
    [
      'a build whose time is up already',
      { env: APP, ancestors: [{ name: 'kustomize', ageMs: 88_000 }] },
      -3_000,
      "Argo CD's 90 s for a build, less 5 s, counted from the start of kustomize 88 s before",
    ],
    [
      'kpt in an Argo CD plugin',
      { env: APP, ancestors: [{ name: 'kpt', ageMs: 50_000 }, ...PLUGIN.slice(2)] },
      5_000,
      "Argo CD's 60 s for a plugin, less 5 s, counted from the start of kpt 50 s before",
    ],
  ])('%s', (_what, setting, ...expected) => {
    expect(given(setting)).toEqual(expected)
  })

  test('its own only lowers it', () => {
    expect(given({ settings: { deadlineMs: 10_000 }, env: APP, ancestors: NATIVE })[0]).toBe(10_000)
    expect(given({ settings: { deadlineMs: 3_600_000 }, env: APP, ancestors: NATIVE })[0]).toBe(65_000)
  })

  test.each<[string, Case, number]>([
    ['under Argo CD', { env: APP, ancestors: PLUGIN }, 154_000],
    ['under kpt, for each function', { ancestors: [{ name: 'kpt', ageMs: 70_000 }] }, 175_000],
    ['under kustomize', { ancestors: NATIVE.slice(0, 1) }, 155_000],
    ['under anybody else, for this run', {}, 175_000],
  ])('callerTimeout 3m replaces what is known of callers: %s', (_what, setting, ms) => {
    expect(given({ ...setting, settings: { callerTimeout: 180_000 } })[0]).toBe(ms)
  })

  test('callerTimeout off: callers do not count', () => {
    const settings = { callerTimeout: 'off' } as const
    expect(given({ settings, env: APP, ancestors: PLUGIN })).toEqual([600_000, OWN])
  })
})
