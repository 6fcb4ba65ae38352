import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admissionManifests, SHAPE } from '../../src/install/admission.ts'
import type { Pod, PodSpec } from '../../src/kube/types.ts'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { docker } from './support/docker.ts'
import { administrator } from './support/restricted.ts'
import { speaksV5 } from './support/server.ts'

// No limits and no Pod Security of its own: here the admission policy stands alone.
let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace({ 'krmpod.dev/functions': 'true' }, { bare: true })
  await space.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'admin' } })
  for (const manifest of admissionManifests()) await kubectl(['apply', '-f', '-'], JSON.stringify(manifest))
  // The API server takes a moment to heed it.
  const refused = await eventually(
    () => refusal((pod) => ({ ...pod, spec: { ...pod.spec, nodeName: 'here' } })),
    (words) => words !== '',
    20_000,
  )
  expect(refused).not.toBe('')
})
afterAll(() => space[Symbol.asyncDispose]())

type Planned = Pod & { spec: PodSpec; metadata: { labels: Record<string, string> } }

/** What the API server says to a Pod of krmpod's that was changed; empty: it takes it. */
async function refusal(change: (pod: Planned) => object): Promise<string> {
  const text = await kubectl(
    ['create', '--dry-run=server', '-n', space.name, '-f', '-'],
    JSON.stringify(change(PLANNED)),
  ).catch((error: unknown) => (error as Error).message)
  return text.includes('created (server dry run)') ? '' : text
}

const LIMITS = { limits: { memory: '1Gi', 'ephemeral-storage': '1Gi' } }
const PLANNED: Planned = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'krmpod-planned',
    labels: {
      'app.kubernetes.io/managed-by': 'krmpod',
      'krmpod.dev/network': 'none',
      'krmpod.dev/lane': 'attach',
    },
  },
  spec: {
    restartPolicy: 'Never',
    activeDeadlineSeconds: 600,
    automountServiceAccountToken: false,
    containers: [{ name: 'function', image: 'img', resources: LIMITS }],
  },
}

function withSpec(change: Partial<PodSpec>): (pod: Planned) => object {
  return (pod) => ({ ...pod, spec: { ...pod.spec, ...change } })
}

function withContainer(change: object): (pod: Planned) => object {
  return withSpec({ containers: [{ name: 'function', image: 'img', resources: LIMITS, ...change }] })
}

function withLabels(change: Record<string, string | undefined>): (pod: Planned) => object {
  return (pod) => ({
    ...pod,
    metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, ...change } },
  })
}

function withVolume(volume: object): (pod: Planned) => object {
  return withSpec({ volumes: [{ name: 'v', ...volume }] })
}

const [LABELS, , ACCOUNT, VOLUMES, ENV, NODE, LIMITED, ENDS, ASKS, HOST] = SHAPE.map(({ message }) => message)

describe('what whoever may create Pods cannot create', () => {
  test('a Pod of krmpod’s is taken', async () => {
    expect(await refusal((pod) => pod)).toBe('')
  })

  test.each([
    ['a Pod that is not krmpod’s', withLabels({ 'app.kubernetes.io/managed-by': 'me' }), LABELS],
    ['a Pod without the label of its network', withLabels({ 'krmpod.dev/network': undefined }), LABELS],
    ['another network', withLabels({ 'krmpod.dev/network': 'mine' }), LABELS],
    [
      'a Pod with the name of a Secret of others, to read it',
      (pod: Planned) => ({ ...pod, metadata: { ...pod.metadata, name: 'ghcr-pull' } }),
      LABELS,
    ],
    ['another lane', withLabels({ 'krmpod.dev/lane': 'fast' }), LABELS],
    ['another service account', withSpec({ serviceAccountName: 'admin' }), ACCOUNT],
    ['a token', withSpec({ automountServiceAccountToken: true }), ACCOUNT],
    ['a token by default', withSpec({ automountServiceAccountToken: undefined as never }), ACCOUNT],
    [
      'a token as a volume',
      withVolume({ projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }),
      VOLUMES,
    ],
    ['a Secret as a volume', withVolume({ secret: { secretName: 'of-others' } }), VOLUMES],
    ['a ConfigMap as a volume', withVolume({ configMap: { name: 'of-others' } }), VOLUMES],
    ['a folder of the node', withVolume({ hostPath: { path: '/etc' } }), VOLUMES],
    ['a CSI volume', withVolume({ csi: { driver: 'secrets-store.csi.k8s.io' } }), VOLUMES],
    [
      'a foreign Secret as a variable',
      withContainer({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'of-others', key: 'a' } } }] }),
      ENV,
    ],
    [
      'a ConfigMap as a variable',
      withContainer({
        env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'of-others', key: 'a' } } }],
      }),
      ENV,
    ],
    [
      'a foreign Secret as all variables',
      withContainer({ envFrom: [{ secretRef: { name: 'of-others' } }] }),
      ENV,
    ],
    [
      'a foreign Secret in an init container',
      withSpec({
        initContainers: [
          { name: 'i', image: 'img', resources: LIMITS, envFrom: [{ secretRef: { name: 'of-others' } }] },
        ],
      }),
      ENV,
    ],
    ['a node of its choice', withSpec({ nodeName: 'here' }), NODE],
    ['a container without limits', withContainer({ resources: {} }), LIMITED],
    [
      'a container without a limit of disk',
      withContainer({ resources: { limits: { memory: '1Gi' } } }),
      LIMITED,
    ],
    [
      'an init container without limits',
      withSpec({ initContainers: [{ name: 'i', image: 'img' }] }),
      LIMITED,
    ],
    ['a Pod without an end', withSpec({ activeDeadlineSeconds: undefined as never }), ENDS],
    ['a Pod that lasts for a month', withSpec({ activeDeadlineSeconds: 30 * 86_400 }), ENDS],
    ['a Pod that starts again', withSpec({ restartPolicy: 'Always' }), ENDS],
    ['a Pod that takes its time to end', withSpec({ terminationGracePeriodSeconds: 1_000_000 }), ENDS],
    [
      'a request of the node',
      withContainer({ livenessProbe: { httpGet: { host: '192.0.2.1', port: 80 } } }),
      ASKS,
    ],
    ['a hook', withContainer({ lifecycle: { postStart: { exec: { command: ['true'] } } } }), ASKS],
    ['a priority that pushes others off', withSpec({ priorityClassName: 'system-cluster-critical' }), ASKS],
    ['the network of the node', withSpec({ hostNetwork: true }), HOST],
    ['the processes of the node', withSpec({ hostPID: true }), HOST],
    ['the memory of the node', withSpec({ hostIPC: true }), HOST],
    ['processes that see each other', withSpec({ shareProcessNamespace: true }), HOST],
  ])('%s', async (_what, change, message) => {
    expect(await refusal(change)).toContain(`krmpod: ${message ?? 'no such rule'}`)
  })

  test('its own Secret, and an image volume, are what krmpod needs', async () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'krmpod-planned', key: 'a' } } }]
    expect(await refusal(withContainer({ env }))).toBe('')
    expect(await refusal(withVolume({ image: { reference: 'img' } }))).toBe('')
  })

  test('a Secret that asks for a token is refused, others are taken', async () => {
    const secret = (type: string): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'krmpod-x', annotations: { 'kubernetes.io/service-account.name': 'admin' } },
        type,
      })
    const create = ['create', '--dry-run=server', '-n', space.name, '-f', '-']
    const token = kubectl(create, secret('kubernetes.io/service-account-token'))
    await expect(token).rejects.toThrow('krmpod: no Secret here asks for the token of a service account')
    expect(await kubectl(create, secret('Opaque'))).toContain('created (server dry run)')
  })

  test('a Pod cannot be moved to another network once it is there', async () => {
    const pod = { ...PLANNED, metadata: { ...PLANNED.metadata, name: 'krmpod-relabelled' } }
    await kubectl(['create', '-n', space.name, '-f', '-'], JSON.stringify(pod))
    const relabel = kubectl([
      'label',
      'pod',
      'krmpod-relabelled',
      '-n',
      space.name,
      '--overwrite',
      'krmpod.dev/network=open',
    ])
    await expect(relabel).rejects.toThrow(`krmpod: ${SHAPE[1]?.message ?? ''}`)
    await kubectl(['delete', 'pod', 'krmpod-relabelled', '-n', space.name, '--grace-period=0', '--force'])
  })
})

const LANES = [
  ['attach', ['-i', '-e', 'TOKEN']],
  ['exec', ['-i', '-v', `${import.meta.dirname}:/here:ro`, '--tmpfs', '/scratch']],
] as const

test.each((await speaksV5()) ? LANES : LANES.slice(0, 1))(
  'a run in the %s lane passes',
  async (lane, words) => {
    const ended = await docker(['run', ...words, '--network', 'none', fixture('cat')], {
      namespace: space.name,
      env: { KUBECONFIG: administrator(), KRMPOD_LANE: lane, TOKEN: 'x' },
      input: 'in',
    })
    expect({ ...ended, stdout: ended.stdout.toString() }).toEqual({ exitCode: 0, stdout: 'in', stderr: '' })
  },
)
