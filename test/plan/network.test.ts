import { describe, expect, test } from 'vitest'
import { planned, specOf } from './planned.ts'

describe('--network none', () => {
  const plan = planned('--network none img')

  test('is the label that the policy selects, and no rule in it: nothing in, nothing out', () => {
    expect(plan.pod.metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'krmpod',
      'krmpod.dev/network': 'none',
      'krmpod.dev/lane': 'attach',
    })
    expect(plan.isolation?.policy).toMatchObject({
      metadata: { name: 'krmpod-network-none', namespace: 'functions' },
    })
    expect(plan.isolation?.policy.spec).toEqual({
      podSelector: { matchLabels: { 'krmpod.dev/network': 'none' } },
      policyTypes: ['Ingress', 'Egress'],
    })
  })

  test.each([
    ['img', ['127.0.0.1']],
    ['--dns 10.0.0.1 img', ['10.0.0.1']],
    ['--dns-search a.test img', ['127.0.0.1']],
  ])('%s asks %j for names: nobody, or who is given', (words, nameservers) => {
    const { dnsPolicy, dnsConfig } = specOf(planned(`--network none ${words}`))
    expect(dnsPolicy).toBe('None')
    expect(dnsConfig?.nameservers).toEqual(nameservers)
  })
})

describe.each(['img', '--network host img', '--network bridge img'])('%s', (words) => {
  const plan = planned(words)

  test("has the cluster's network, never the node's, and no policy", () => {
    expect(plan).not.toHaveProperty('policy')
    expect(plan.pod.metadata.labels).toMatchObject({ 'krmpod.dev/network': 'open' })
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) expect(specOf(plan)).not.toHaveProperty(key)
  })

  test('looks names up as the cluster does', () => {
    expect(specOf(plan)).not.toHaveProperty('dnsPolicy')
    expect(specOf(plan)).not.toHaveProperty('dnsConfig')
  })
})

test.each([
  [
    '--dns 10.0.0.1 --dns 10.0.0.2 img',
    { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.0.0.1', '10.0.0.2'] } },
  ],
  ['--dns-search a.test img', { dnsConfig: { searches: ['a.test'] } }],
  [
    '--dns-option ndots:2 --dns-option rotate img',
    { dnsConfig: { options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }] } },
  ],
  ['--add-host a.test:10.0.0.1 img', { hostAliases: [{ ip: '10.0.0.1', hostnames: ['a.test'] }] }],
  ['--hostname here img', { hostname: 'here' }],
])('%s gives %j', (words, expected) => {
  expect(specOf(planned(words))).toMatchObject(expected)
})

test('labels are few and constant: what docker calls labels are annotations', () => {
  const { labels, annotations, name } = planned('-l team=a --name my_fn ghcr.io/x/y:v1').pod.metadata
  expect(Object.keys(labels ?? {})).toHaveLength(3)
  expect(annotations).toMatchObject({ team: 'a', 'krmpod.dev/docker-name': 'my_fn' })
  expect(name).toBe('krmpod-my-fn-0123456789')
})
