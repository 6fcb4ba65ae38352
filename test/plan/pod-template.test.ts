import { describe, expect, test } from 'vitest'
import { planPod } from '../../src/plan/plan-pod.ts'
import type { PodPlan } from '../../src/plan/pod-plan.ts'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import { readPodTemplate } from '../../src/settings/pod-template.ts'
import { request } from '../request/resolving.ts'
import { functionOf, NOW, planned, specOf } from './planned.ts'

interface Given {
  readonly words?: string
  readonly env?: Readonly<Record<string, string>>
}

function withTemplate(template: object, { words = 'img', env = {} }: Given = {}): PodPlan {
  const read = readPodTemplate(template, { source: 'template.yaml', key: 'podTemplate' })
  return planPod(request(words, { settings: mergeSettings({ env, template: read }) }), NOW)
}

const AFFINITY = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } }
const SPREAD = [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }]

describe('a PodTemplate', () => {
  test('adds what the plan has no word for', () => {
    const fields = {
      affinity: AFFINITY,
      topologySpreadConstraints: SPREAD,
      runtimeClassName: 'gvisor',
      schedulerName: 'batch',
      overhead: { cpu: '10m' },
    }
    expect(specOf(withTemplate({ spec: fields }))).toEqual({ ...specOf(planned('img')), ...fields })
  })

  test('joins selectors, tolerations, pull secrets, labels and annotations; the settings win', () => {
    const plan = withTemplate(
      {
        metadata: {
          labels: { team: 'theirs', tier: 'batch' },
          annotations: { note: 'theirs', more: 'x', 'fluentbit.io/exclude': 'false' },
        },
        spec: {
          nodeSelector: { pool: 'theirs', disk: 'ssd' },
          tolerations: ['spot'],
          imagePullSecrets: [{ name: 'a' }, { name: 'b' }],
        },
      },
      {
        env: {
          KRMPOD_LABELS: 'team=ours',
          KRMPOD_ANNOTATIONS: 'note=ours',
          KRMPOD_NODE_SELECTOR: 'pool=ours',
          KRMPOD_TOLERATIONS: 'dedicated',
          KRMPOD_IMAGES_PULL_SECRETS: 'b',
        },
      },
    )
    expect(specOf(plan)).toMatchObject({
      nodeSelector: { pool: 'ours', disk: 'ssd' },
      tolerations: [
        { key: 'dedicated', operator: 'Exists' },
        { key: 'spot', operator: 'Exists' },
      ],
      imagePullSecrets: [{ name: 'b' }, { name: 'a' }],
    })
    const { labels, annotations } = plan.pod.metadata
    expect(labels).toMatchObject({ team: 'ours', tier: 'batch', 'app.kubernetes.io/managed-by': 'krmpod' })
    expect(annotations).toMatchObject({ note: 'ours', more: 'x', 'fluentbit.io/exclude': 'true' })
  })

  test('makes the security context stricter, and nothing in it weaker', () => {
    const profile = { type: 'Localhost', localhostProfile: 'functions.json' }
    const plan = withTemplate({
      spec: {
        securityContext: { runAsNonRoot: true, seccompProfile: profile },
        containers: [
          {
            name: 'function',
            securityContext: {
              capabilities: { drop: ['NET_RAW'] },
              appArmorProfile: { type: 'RuntimeDefault' },
            },
          },
        ],
      },
    })
    expect(specOf(plan).securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65534,
      runAsGroup: 65534,
      seccompProfile: profile,
    })
    expect(functionOf(plan).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      appArmorProfile: { type: 'RuntimeDefault' },
    })
  })

  test("docker's flags win over its resources", () => {
    const resources = { limits: { memory: '2Gi', cpu: '2' } }
    const template = { spec: { containers: [{ name: 'function', resources }] } }
    const { limits } = functionOf(withTemplate(template, { words: '--memory 512m img' })).resources ?? {}
    expect(limits).toEqual({ cpu: '2', memory: '512Mi', 'ephemeral-storage': '1Gi' })
  })

  test.each<[words: string, expected: object]>([
    ['--network host img', { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.0.0.10'] } }],
    ['--network none img', { dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] } }],
    ['--network host --dns 10.0.0.53 img', { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.0.0.53'] } }],
  ])('%s: its DNS counts for functions with a network that ask for no other', (words, expected) => {
    const dns = { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.0.0.10'] } }
    expect(specOf(withTemplate({ spec: dns }, { words }))).toMatchObject(expected)
  })
})
