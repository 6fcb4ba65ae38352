import { describe, expect, test } from 'vitest'
import { planPod } from '../../src/plan/plan-pod.ts'
import type { PodPlan } from '../../src/plan/pod-plan.ts'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import { request } from '../request/resolving.ts'
import { functionOf, NOW, specOf } from './planned.ts'

function withSettings(env: Record<string, string>, words = 'ghcr.io/fn:v1'): PodPlan {
  return planPod(request(words, { settings: mergeSettings({ env }) }), NOW)
}

describe('settings of the Pod', () => {
  test('a node selector stands beside the platform, which wins', () => {
    const env = { KRMPOD_NODE_SELECTOR: 'pool=functions,kubernetes.io/arch=arm64' }
    expect(specOf(withSettings(env)).nodeSelector).toEqual({
      pool: 'functions',
      'kubernetes.io/arch': 'arm64',
    })
    expect(specOf(withSettings(env, '--platform linux/amd64 fn')).nodeSelector).toEqual({
      pool: 'functions',
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
    })
  })

  test('tolerations and a ServiceAccount, whose token is never mounted', () => {
    const spec = specOf(withSettings({ KRMPOD_TOLERATIONS: 'a', KRMPOD_SERVICE_ACCOUNT: 'fn' }))
    expect(spec).toMatchObject({
      tolerations: [{ key: 'a', operator: 'Exists' }],
      serviceAccountName: 'fn',
      automountServiceAccountToken: false,
    })
  })

  test("labels and annotations beside krmpod's own", () => {
    const { metadata } = withSettings({ KRMPOD_LABELS: 'a=1', KRMPOD_ANNOTATIONS: 'b=2' }).pod
    expect(metadata.labels).toMatchObject({ a: '1', 'app.kubernetes.io/managed-by': 'krmpod' })
    expect(metadata.annotations).toMatchObject({ b: '2', 'krmpod.dev/run-id': NOW.runId })
  })

  test('a user namespace of its own, if it is asked for', () => {
    expect(specOf(withSettings({ KRMPOD_USER_NAMESPACES: 'on' })).hostUsers).toBe(false)
    expect(specOf(withSettings({}))).not.toHaveProperty('hostUsers')
  })

  test('log agents leave every Pod alone, whatever other annotations say', () => {
    const { annotations } = withSettings({ KRMPOD_ANNOTATIONS: 'fluentbit.io/exclude=false' }).pod.metadata
    expect(annotations).toMatchObject({
      'fluentbit.io/exclude': 'true',
      'co.elastic.logs/enabled': 'false',
      'ad.datadoghq.com/logs_exclude': 'true',
      'splunk.com/exclude': 'true',
      'sumologic.com/exclude': 'true',
      'vector.dev/exclude-containers': 'function,mounts,changes',
    })
  })

  test('an image from elsewhere is annotated with the name it was asked for by', () => {
    const plan = withSettings({ KRMPOD_IMAGES_REWRITE: 'ghcr.io=mirror.example.com' })
    expect(functionOf(plan).image).toBe('mirror.example.com/fn:v1')
    expect(plan.pod.metadata.annotations).toMatchObject({ 'krmpod.dev/image': 'ghcr.io/fn:v1' })
  })
})
