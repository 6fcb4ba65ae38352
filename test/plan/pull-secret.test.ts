import { expect, test } from 'vitest'
import { imagesOf, withPullSecret } from '../../src/plan/pull-secret.ts'
import { NOW, planned, specOf } from './planned.ts'

const LOGIN = { repository: 'ghcr.io/acme/fn', username: 'ann', password: 'pass:w$rd' }

test('a pull secret of the run: named by the Pod, beside those of the settings, with this login alone', () => {
  const plan = withPullSecret(planned('ghcr.io/acme/fn:v1', { pullSecrets: ['regcred'] }), [LOGIN])
  expect(specOf(plan).imagePullSecrets).toEqual([{ name: 'regcred' }, { name: 'pull-krmpod-fn-0123456789' }])
  expect(plan.pullSecret).toMatchObject({
    type: 'kubernetes.io/dockerconfigjson',
    immutable: true,
    metadata: {
      name: 'pull-krmpod-fn-0123456789',
      namespace: NOW.namespace,
      annotations: {
        'krmpod.dev/run-id': NOW.runId,
        'krmpod.dev/expires': '2026-01-02T03:15:05.678Z',
      },
    },
  })
  expect(specOf(plan).schedulingGates).toEqual([{ name: 'krmpod.dev/pull-secret' }])
  const json = Buffer.from(plan.pullSecret?.data?.['.dockerconfigjson'] ?? '', 'base64').toString()
  expect(JSON.parse(json)).toEqual({
    auths: { 'ghcr.io/acme/fn': { auth: Buffer.from('ann:pass:w$rd').toString('base64') } },
  })
})

test('without a login there is none', () => {
  const plan = planned('ghcr.io/acme/fn:v1')
  expect(withPullSecret(plan, [])).toBe(plan)
})

test.each([
  ['ghcr.io/fn:v1', ['ghcr.io/fn:v1']],
  ['--mount type=image,src=acme.io/x:v1,dst=/x ghcr.io/fn:v1', ['ghcr.io/fn:v1', 'acme.io/x:v1']],
])('the images of %s', (words, images) => {
  expect(imagesOf(planned(words).pod)).toEqual(images)
})
