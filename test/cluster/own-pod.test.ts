import { expect, test } from 'vitest'
import { ownPod } from '../../src/cluster/own-pod.ts'

function credentials(headers: Record<string, string>): Parameters<typeof ownPod>[0] {
  return { server: new URL('https://x.test'), source: '', tls: {}, headers: () => Promise.resolve(headers) }
}

function token(claims: unknown): string {
  return `Bearer h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`
}

const POD = { namespace: 'argocd', pod: { name: 'argocd-repo-server-0', uid: 'u-1' } }

test('a projected token names the Pod it was made for', async () => {
  const authorization = token({ 'kubernetes.io': POD, sub: 'system:serviceaccount:argocd:x' })
  expect(await ownPod(credentials({ authorization }))).toEqual({
    namespace: 'argocd',
    name: POD.pod.name,
    uid: 'u-1',
  })
})

test.each([
  ['no token', {}],
  ['an opaque token', { authorization: 'Bearer abcdef' }],
  ['a token that is not JSON inside', { authorization: 'Bearer a.b.c' }],
  ["a person's token", { authorization: token({ sub: 'me', iss: 'https://accounts.test' }) }],
  [
    'a token of a service account, without a Pod',
    { authorization: token({ 'kubernetes.io': { namespace: 'x' } }) },
  ],
  ['a password', { authorization: 'Basic dTpw' }],
])('%s names none', async (_what, headers) => {
  expect(await ownPod(credentials(headers as Record<string, string>))).toBeUndefined()
})
