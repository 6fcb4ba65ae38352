import { expect, test } from 'vitest'
import { whyNotCached } from '../../src/cache/why-not.ts'
import { request, SETTINGS } from '../request/resolving.ts'

const DIGEST = `sha256:${'a1'.repeat(32)}`
const PINNED = `ghcr.io/acme/fn@${DIGEST}`
const settings = { ...SETTINGS, mounts: { ...SETTINGS.mounts, rw: 'on', volumes: ['claim'] } } as const

test.each([
  `--network none ${PINNED}`,
  `-i --network none ghcr.io/acme/fn:v1@${DIGEST} a b`,
  `--network none -e A=b -e TOKEN --user 1:2 ${PINNED}`,
  `--network none --mount type=bind,source=/src,target=/data,readonly ${PINNED}`,
  `--network none --tmpfs /scratch -v /anonymous ${PINNED}`,
  `--network none --mount type=image,source=acme/files@${DIGEST},target=/files ${PINNED}`,
])('%s may be', (words) => {
  expect(whyNotCached(request(words, { settings, env: { TOKEN: 'x' } }))).toBeUndefined()
})

test.each([
  [PINNED, 'the function has a network'],
  [`--network host ${PINNED}`, 'the function has a network'],
  ['--network none ghcr.io/acme/fn:v1', 'the image is not named by its sha256 digest'],
  [`--network none ghcr.io/acme/fn@sha512:${'a1'.repeat(64)}`, 'the image is not named by its sha256 digest'],
  [`--network none --cidfile id ${PINNED}`, '--cidfile wants the ID of a container'],
  [`--network none --mount type=bind,source=/src,target=/data ${PINNED}`, 'the function may write to /src'],
  [`--network none -v /src:/data ${PINNED}`, 'the function may write to /src'],
  [`--network none -v claim:/data ${PINNED}`, 'what is in the volume claim is not known'],
  [`--network none -v claim:/data:ro ${PINNED}`, 'what is in the volume claim is not known'],
  [
    `--network none --mount type=image,source=acme/files:v1,target=/files ${PINNED}`,
    'the image mounted at /files is not named by its sha256 digest',
  ],
])('%s may not: %s', (words, why) => {
  expect(whyNotCached(request(words, { settings }))).toBe(why)
})

test('nor may what the settings leave unproven', () => {
  const words = `--network none ${PINNED}`
  const off = { ...SETTINGS, network: { ...SETTINGS.network, enforcement: 'off' } } as const
  expect(whyNotCached(request(words, { settings: off }))).toBe(
    'network.enforcement is off: it may have a network',
  )
  expect(whyNotCached(request(words, { settings: { proof: 'off' } }))).toBe(
    'proof is off: what arrives may not be all',
  )
})

test('it is the image that the nodes pull which has to have a digest, whatever images.rewrite makes of its name', () => {
  const images = { ...SETTINGS.images, rewrite: [['ghcr.io', 'mirror.acme.io/ghcr']] } as const
  const rewritten = request(`--network none ${PINNED}`, { settings: { images } })
  expect(rewritten.image).toBe(`mirror.acme.io/ghcr/acme/fn@${DIGEST}`)
  expect(whyNotCached(rewritten)).toBeUndefined()
  expect(whyNotCached(request('--network none ghcr.io/acme/fn:v1', { settings: { images } }))).toBe(
    'the image is not named by its sha256 digest',
  )
})
