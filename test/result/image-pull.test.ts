import { describe, expect, test } from 'vitest'
import { podVerdict } from '../../src/result/pod-verdict.ts'
import { IMAGE, snapshot, waiting } from './snapshots.ts'

const PULL = `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}":`
const MANIFEST = 'https://registry.example/v2/fns/set-labels/manifests/v1'
const TCP = `failed to do request: Head "${MANIFEST}": dial tcp`

const FINAL = [
  `${PULL} ${IMAGE}: not found`,
  `${PULL} pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
  `${PULL} unexpected status from HEAD request to ${MANIFEST}: 401 Unauthorized`,
  `${PULL} unexpected status from HEAD request to ${MANIFEST}: 403 Forbidden`,
  `${PULL} ${TCP}: lookup registry.invalid on 10.96.0.10:53: no such host`,
  `failed to pull and unpack image "${IMAGE}": no match for platform in manifest: not found`,
  `rpc error: code = NotFound desc = ${PULL} ${IMAGE}: not found`,
  `reading manifest v1 in registry.example/fns/set-labels: manifest unknown`,
  `reading manifest v1 in registry.example/fns/set-labels: name unknown: repository name not known`,
]

const PASSING = [
  `${PULL} ${TCP} 10.0.0.5:443: i/o timeout`,
  `${PULL} ${TCP} 10.0.0.5:443: connect: connection refused`,
  `${PULL} ${TCP}: lookup registry.example on 10.96.0.10:53: server misbehaving`,
  `${PULL} failed to do request: Head "${MANIFEST}": net/http: TLS handshake timeout`,
  `${PULL} unexpected status from HEAD request to ${MANIFEST}: 429 Too Many Requests`,
  `failed to copy: httpReadSeeker: failed open: unexpected status code ${MANIFEST}: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`,
  `${PULL} unexpected status from HEAD request to ${MANIFEST}: 500 Internal Server Error`,
  `${PULL} unexpected status from HEAD request to ${MANIFEST}: 502 Bad Gateway`,
  `${PULL} unexpected status from HEAD request to ${MANIFEST}: 503 Service Unavailable`,
  `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.example/token?scope=pull: 504 Gateway Timeout`,
  `failed to pull and unpack image "${IMAGE}": failed to copy: read tcp 10.0.0.2:1->10.0.0.5:443: read: connection reset by peer`,
  'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
  'pull QPS exceeded',
]

describe.each([
  ['ErrImagePull', (message: string) => message],
  ['ImagePullBackOff', (message: string) => `Back-off pulling image "${IMAGE}": ErrImagePull: ${message}`],
])('%s', (reason, written) => {
  test.each(FINAL)('is final: %s', (message) => {
    const event = written(message)
    expect(podVerdict(snapshot({ state: waiting(reason, event) }), 'function')).toMatchObject({
      kind: 'failed',
      error: { code: 'IMAGE_PULL', exit: 125, details: { image: IMAGE, event } },
    })
  })

  test.each(PASSING)('is waited for, and told: %s', (message) => {
    const event = written(message)
    expect(podVerdict(snapshot({ state: waiting(reason, event) }), 'function')).toEqual({
      kind: 'waiting',
      phase: 'starting',
      detail: `${reason}: ${event}`,
    })
  })
})

test('ImagePullBackOff without a reason, as kubelet says it before 1.30, is waited for', () => {
  const state = waiting('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`)
  expect(podVerdict(snapshot({ state }), 'function')).toMatchObject({ kind: 'waiting' })
})

test.each(['denied', 'not-found', 'unauthorized/forbidden', 'unsupported'])(
  'what an image is called says nothing: %s',
  (name) => {
    const image = `registry.example/${name}:v1`
    const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: i/o timeout`
    const state = waiting('ErrImagePull', message)
    expect(podVerdict(snapshot({ state }), 'function')).toMatchObject({ kind: 'waiting' })
  },
)

test.each([
  [
    'InvalidImageName',
    'Failed to apply default image tag "x:": couldn\'t parse image name "x:": invalid reference format',
  ],
  ['ErrImageNeverPull', `Container image "${IMAGE}" is not present with pull policy of Never`],
  ['ImageInspectError', `Failed to inspect image "${IMAGE}": invalid reference format`],
  [
    'SignatureValidationFailed',
    `image pull failed for ${IMAGE} because the signature validation failed: Source image rejected: A signature was required, but no signature exists`,
  ],
])('%s is final', (reason, message) => {
  expect(podVerdict(snapshot({ state: waiting(reason, message) }), 'function')).toMatchObject({
    error: { code: 'IMAGE_PULL', details: { image: IMAGE, event: message } },
  })
})

test.each([
  ['RegistryUnavailable', `image pull failed for ${IMAGE} because the registry is unavailable`],
  [
    'ImageInspectError',
    `Failed to inspect image "${IMAGE}": rpc error: code = Unavailable desc = connection error`,
  ],
])('%s, when it may pass, is waited for', (reason, message) => {
  expect(podVerdict(snapshot({ state: waiting(reason, message) }), 'function')).toMatchObject({
    kind: 'waiting',
  })
})
