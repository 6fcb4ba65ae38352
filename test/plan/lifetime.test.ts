import { describe, expect, test } from 'vitest'
import { planPod } from '../../src/plan/plan-pod.ts'
import { request } from '../request/resolving.ts'
import { functionOf, NOW, planned, specOf } from './planned.ts'

describe("a Pod's lifetime", () => {
  test.each([
    [600_000, 601, '2026-01-02T03:15:05.678Z'],
    [1_000, 2, '2026-01-02T03:05:06.678Z'],
    [1_001, 3, '2026-01-02T03:05:06.679Z'],
    [5, 2, '2026-01-02T03:05:05.683Z'],
  ])(
    'of %d ms is %d s, a second more than rounded up, and it may be swept a minute later, at %s',
    (deadlineMs, seconds, expires) => {
      const plan = planned('img', { deadlineMs })
      expect(specOf(plan).activeDeadlineSeconds).toBe(seconds)
      expect(plan.pod.metadata.annotations).toMatchObject({ 'krmpod.dev/expires': expires })
    },
  )

  test.each([0, -3_000])('of %d ms is as of one: the API server takes no less', (deadlineMs) => {
    expect(specOf(planned('img', { deadlineMs })).activeDeadlineSeconds).toBe(2)
  })

  test('--keep is written on it, and an hour more to look at it', () => {
    const { metadata } = planPod(request('img'), { ...NOW, kept: true }).pod
    expect(metadata.annotations).toMatchObject({
      'krmpod.dev/kept': 'true',
      'krmpod.dev/expires': '2026-01-02T04:14:05.678Z',
    })
    expect(planned('img').pod.metadata.annotations).not.toHaveProperty('krmpod.dev/kept')
  })

  test('its Secret says whose it is and until when, too', () => {
    expect(planned('-e TOKEN img').secret?.metadata?.annotations).toEqual({
      'krmpod.dev/run-id': NOW.runId,
      'krmpod.dev/expires': '2026-01-02T03:15:05.678Z',
    })
  })

  test.each([
    ['img', 1],
    ['--stop-timeout 30 img', 30],
    ['--stop-timeout 0 img', 0],
  ])('%s: %d s from TERM to KILL', (words, seconds) => {
    const plan = planned(words)
    expect(specOf(plan).terminationGracePeriodSeconds).toBe(seconds)
  })

  test('ends with that of the Pod that krmpod runs in', () => {
    const owner = { name: 'argocd-repo-server-1', uid: '6d5f' }
    const { pod } = planPod(request('img'), { ...NOW, owner })
    expect(pod.metadata.ownerReferences).toEqual([{ apiVersion: 'v1', kind: 'Pod', ...owner }])
    expect(planned('img').pod.metadata).not.toHaveProperty('ownerReferences')
  })
})

describe('annotations', () => {
  test('tell whose Pod it is, and of what', () => {
    expect(planned('-l a=b ghcr.io/x/y:v1').pod.metadata.annotations).toMatchObject({
      a: 'b',
      'krmpod.dev/run-id': NOW.runId,
      'krmpod.dev/image': 'ghcr.io/x/y:v1',
    })
  })

  test.each([
    ['fluentbit.io/exclude', 'true'],
    ['sidecar.istio.io/inject', 'false'],
    ['cluster-autoscaler.kubernetes.io/safe-to-evict', 'false'],
  ])('of a label cannot undo %s', (name, value) => {
    expect(planned(['-l', `${name}=mine`, 'img']).pod.metadata.annotations?.[name]).toBe(value)
  })
})

test('the same request and identity give the same plan, and the request stays as it was', () => {
  const asked = request('--network none -e A=1 -e TOKEN --shm-size 1m img a b', { env: { TOKEN: 'x' } })
  const before = structuredClone(asked)
  expect(planPod(asked, NOW)).toEqual(planPod(asked, NOW))
  expect(asked).toEqual(before)
})

describe('the container', () => {
  test.each(['img', '-i img', '-a stdout img'])(
    '%s: stdin is open once, even when nothing is fed',
    (words) => {
      expect(functionOf(planned(words))).toMatchObject({ stdin: true, stdinOnce: true })
    },
  )

  test('has no command, args or working directory but what is asked for', () => {
    const container = functionOf(planned('img'))
    for (const key of ['command', 'args', 'workingDir', 'tty']) expect(container).not.toHaveProperty(key)
  })

  test('has the requests and limits of the request', () => {
    expect(functionOf(planned('--cpus 0.5 --memory 100m img')).resources).toEqual({
      requests: { cpu: '10m', memory: '64Mi', 'ephemeral-storage': '64Mi' },
      limits: { cpu: '500m', memory: '100Mi', 'ephemeral-storage': '1Gi' },
    })
  })

  test('can be told where to run, and with which pull secrets', () => {
    const plan = planned('--platform linux/arm64 --pull never img', { pullSecrets: ['regcred'] })
    expect(specOf(plan)).toMatchObject({
      nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64' },
      imagePullSecrets: [{ name: 'regcred' }],
    })
    expect(functionOf(plan).imagePullPolicy).toBe('Never')
  })
})
