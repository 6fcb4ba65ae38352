import { describe, expect, test } from 'vitest'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import { readPodTemplate } from '../../src/settings/pod-template.ts'
import { refusalOf } from '../argv/refusal-of.ts'

const PLACE = { source: '/etc/krmpod/config.yaml', key: 'podTemplate' }

function messageOf(template: unknown): string {
  const error = refusalOf(() => readPodTemplate(template, PLACE))
  expect(error).toMatchObject({ code: 'SETTINGS', exit: 125 })
  return error.message
}

const spec = (fields: object): object => ({ spec: fields })
const container = (fields: object): object => spec({ containers: [{ name: 'function', ...fields }] })

describe('what krmpod decides is refused by name', () => {
  test.each<[field: string, template: object]>([
    ['spec.hostNetwork', spec({ hostNetwork: true })],
    ['spec.hostPID', spec({ hostPID: true })],
    ['spec.hostIPC', spec({ hostIPC: false })],
    ['spec.hostUsers', spec({ hostUsers: true })],
    ['spec.shareProcessNamespace', spec({ shareProcessNamespace: true })],
    ['spec.serviceAccountName', spec({ serviceAccountName: 'admin' })],
    ['spec.serviceAccount', spec({ serviceAccount: 'admin' })],
    ['spec.automountServiceAccountToken', spec({ automountServiceAccountToken: true })],
    ['spec.volumes', spec({ volumes: [{ name: 'x', hostPath: { path: '/' } }] })],
    ['spec.nodeName', spec({ nodeName: 'node-1' })],
    ['spec.priorityClassName', spec({ priorityClassName: 'system-node-critical' })],
    ['spec.ephemeralContainers', spec({ ephemeralContainers: [] })],
    ['spec.initContainers', spec({ initContainers: [] })],
    ['spec.restartPolicy', spec({ restartPolicy: 'Always' })],
    ['spec.activeDeadlineSeconds', spec({ activeDeadlineSeconds: 1 })],
    ['spec.schedulingGates', spec({ schedulingGates: [] })],
    ['spec.__proto__', spec(JSON.parse('{"__proto__": {}}') as object)],
    ['spec.securityContext.runAsNonRoot', spec({ securityContext: { runAsNonRoot: false } })],
    ['spec.securityContext.runAsUser', spec({ securityContext: { runAsUser: 0 } })],
    ['spec.securityContext.sysctls', spec({ securityContext: { sysctls: [] } })],
    [
      'spec.securityContext.seccompProfile.type',
      spec({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
    ],
    ['spec.containers[0].command', container({ command: ['sh'] })],
    ['spec.containers[0].args', container({ args: [] })],
    ['spec.containers[0].env', container({ env: [] })],
    ['spec.containers[0].image', container({ image: 'x' })],
    ['spec.containers[0].stdin', container({ stdin: false })],
    ['spec.containers[0].volumeMounts', container({ volumeMounts: [] })],
    ['spec.containers[0].securityContext.privileged', container({ securityContext: { privileged: true } })],
    [
      'spec.containers[0].securityContext.capabilities.add',
      container({ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }),
    ],
    [
      'spec.containers[0].securityContext.allowPrivilegeEscalation',
      container({ securityContext: { allowPrivilegeEscalation: true } }),
    ],
    ['spec.containers[0].resources.claims', container({ resources: { claims: [] } })],
    ['spec.containers[0].name', spec({ containers: [{ name: 'sidecar' }] })],
    ['metadata.name', { metadata: { name: 'x' } }],
    ['metadata.ownerReferences', { metadata: { ownerReferences: [] } }],
    ['metadata.labels', { metadata: { labels: { 'krmpod.dev/network': 'open' } } }],
    ['metadata.annotations', { metadata: { annotations: { 'krmpod.dev/run-id': 'x' } } }],
    ['status', { status: {} }],
  ])('%s', (field, template) => {
    expect(messageOf(template)).toMatch(`/etc/krmpod/config.yaml: podTemplate.${field}: expected `)
  })

  test.each([
    [spec({ nodeSelector: 'x y' }), 'podTemplate.spec.nodeSelector: expected labels with their values'],
    [spec({ affinity: [] }), 'podTemplate.spec.affinity: expected a mapping, got a list'],
    [spec({ containers: [{}] }), 'podTemplate.spec.containers: expected one container, named function'],
    [
      spec({ containers: [{ name: 'function' }, { name: 'function' }] }),
      'podTemplate.spec.containers: expected one container, named function, got a list',
    ],
    ['text', 'podTemplate: expected a mapping, got "text"'],
  ])('%o', (template, message) => {
    expect(messageOf(template)).toContain(message)
  })

  test('the message says what may stand there instead', () => {
    expect(messageOf(spec({ hostNetwork: true }))).toMatch(
      /podTemplate\.spec\.hostNetwork: expected none, for krmpod decides it \(a template may have nodeSelector, tolerations, .*\), got true$/,
    )
  })
})

describe('fields that are settings, too', () => {
  const template = readPodTemplate(
    {
      kind: 'PodTemplate',
      apiVersion: 'v1',
      metadata: { name: 'functions' },
      template: spec({
        hostUsers: false,
        containers: [
          {
            name: 'function',
            securityContext: { readOnlyRootFilesystem: true },
            resources: { requests: { cpu: '50m' }, limits: { memory: '2Gi', 'ephemeral-storage': '3Gi' } },
          },
        ],
      }),
    },
    PLACE,
  )

  test('count more than defaults', () => {
    expect(mergeSettings({ template })).toMatchObject({
      userNamespaces: 'on',
      readOnlyRoot: true,
      resources: {
        requests: { cpu: '50m', memory: '64Mi' },
        limits: { memory: '2Gi', ephemeralStorage: '3Gi' },
      },
    })
  })

  test('and less than the settings themselves', () => {
    const env = { KRMPOD_RESOURCES_LIMITS_MEMORY: '4Gi', KRMPOD_READ_ONLY_ROOT: 'false' }
    expect(mergeSettings({ template, env })).toMatchObject({
      readOnlyRoot: false,
      resources: { limits: { memory: '4Gi', ephemeralStorage: '3Gi' } },
    })
  })
})

test('a field without a value is not there', () => {
  expect(readPodTemplate({ spec: { affinity: null } }, PLACE).template).toEqual({ spec: {} })
})
