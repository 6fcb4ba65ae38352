import { describe, expect, test } from 'vitest'
import { permittedImage } from '../../../src/request/images/image-rules.ts'
import { mergeSettings } from '../../../src/settings/merge-settings.ts'
import { refusalOf } from '../../argv/refusal-of.ts'
import { request } from '../resolving.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

function allowing(...allow: string[]): { allow: readonly string[]; rewrite: readonly [] } {
  return { allow, rewrite: [] }
}

describe('images.allow', () => {
  test.each<[rule: string, image: string]>([
    ['**', 'anything:v1'],
    ['alpine', 'alpine'],
    ['alpine', 'docker.io/library/alpine:3.20'],
    ['docker.io/library/alpine', 'alpine'],
    ['alpine', `alpine@${DIGEST}`],
    ['alpine:3.*', 'alpine:3.20'],
    ['alpine:latest', 'alpine'],
    ['alp*', 'alpine'],
    ['docker.io/alp*', 'alpine'],
    ['acme/*', 'acme/fn:v1'],
    ['acme-*/**', 'acme-team/fn'],
    ['*.example.com/fn', 'a.example.com/fn'],
    ['**/fn', 'a.example.com/b/fn'],
    ['docker.io/**', 'acme/fn:v1'],
    ['ghcr.io/acme/**', 'ghcr.io/acme/a/b:v1'],
    ['ghcr.io/*/fn', 'ghcr.io/acme/fn'],
    ['*/acme/fn', 'ghcr.io/acme/fn'],
    ['localhost:5000/**', 'localhost:5000/fn'],
    ['r.io/*.x/fn', 'r.io/a.x/fn'],
    ['**@sha256:*', `ghcr.io/acme/fn:v1@${DIGEST}`],
    [`fn@${DIGEST}`, `fn:v1@${DIGEST}`],
  ])('%s allows %s', (rule, image) => {
    expect(() => permittedImage(image, allowing('nothing', rule))).not.toThrow()
  })

  test.each<[rule: string, image: string]>([
    ['alpine', 'alpine2'],
    ['*', 'acme/fn'],
    ['acme-*/**', 'acme-x.evil.example/pwn'],
    ['*.example.com/fn', 'evil.example/a.example.com/fn'],
    ['docker.io/**', 'ghcr.io/x'],
    ['alpine', 'acme/alpine'],
    ['alpine', 'ghcr.io/library/alpine'],
    ['alpine:3.*', 'alpine'],
    ['alpine:3.*', `alpine:3.20@${DIGEST}`],
    ['alpine:3.*', `alpine@${DIGEST}`],
    ['acme/*', 'acme/a/b'],
    ['ghcr.io/acme/*', 'ghcr.io/acme.evil/x'],
    ['ghcr.io/acme/**', 'ghcr.io.evil/acme/x'],
    ['ghcr.io/acme/**', 'evil/ghcr.io/acme/x'],
    ['r.io/a.x/fn', 'r.io/abx/fn'],
    ['**@sha256:*', 'ghcr.io/acme/fn:v1'],
    [`fn@${DIGEST}`, `fn@${DIGEST.replace(/.$/, '0')}`],
  ])('%s does not allow %s', (rule, image) => {
    expect(refusalOf(() => permittedImage(image, allowing(rule)))).toMatchObject({
      code: 'IMAGE_NOT_ALLOWED',
      exit: 125,
      message: `image "${image}" is not allowed: images.allow has ${rule}`,
    })
  })

  test.each([
    ['fn', 'docker.io/library/fn:latest'],
    ['acme/fn:v1', 'docker.io/acme/fn:v1'],
    [`ghcr.io/fn@${DIGEST}`, `ghcr.io/fn@${DIGEST}`],
  ])('what is allowed is named in full, so that no node reads it otherwise: %s', (image, pulled) => {
    expect(permittedImage(image, allowing('**'))).toBe(pulled)
  })

  test('without a rule: none', () => {
    expect(refusalOf(() => permittedImage('a', allowing())).message).toContain('images.allow has no rule')
  })

  test('is about images that are mounted, too', () => {
    const settings = mergeSettings({ env: { KRMPOD_IMAGES_ALLOW: 'fn' } })
    const words = '--mount type=image,src=evil,dst=/x fn'
    expect(refusalOf(() => request(words, { settings }))).toMatchObject({ code: 'IMAGE_NOT_ALLOWED' })
  })
})

describe('images.rewrite', () => {
  const rewrite = [
    ['ghcr.io', 'mirror.example.com/ghcr'],
    ['ghcr.io/acme', 'registry.acme.com:5000'],
    ['docker.io/library', 'mirror.example.com/hub'],
  ] as const

  test.each<[image: string, pulled: string]>([
    ['ghcr.io/kptdev/fn:v1', 'mirror.example.com/ghcr/kptdev/fn:v1'],
    ['ghcr.io/acme/fn', 'registry.acme.com:5000/fn:latest'],
    ['ghcr.io/acme2/fn', 'mirror.example.com/ghcr/acme2/fn:latest'],
    ['alpine', 'mirror.example.com/hub/alpine:latest'],
    [`alpine@${DIGEST}`, `mirror.example.com/hub/alpine@${DIGEST}`],
    ['acme/fn', 'acme/fn'],
    ['quay.io/x', 'quay.io/x'],
    ['ghcr.io.example.com/x', 'ghcr.io.example.com/x'],
  ])('%s is pulled as %s', (image, pulled) => {
    expect(permittedImage(image, { rewrite })).toBe(pulled)
  })

  test('is about the helper, too, for which there are no rules', () => {
    const env = { KRMPOD_IMAGES_REWRITE: 'docker.io=mirror.example.com', KRMPOD_IMAGES_ALLOW: 'fn' }
    const { helperImage } = request('fn', { settings: mergeSettings({ env }) })
    expect(helperImage).toBe('mirror.example.com/library/busybox:musl')
  })

  test('rules are about the name that was given, and so is the annotation', () => {
    const settings = mergeSettings({
      env: { KRMPOD_IMAGES_ALLOW: 'ghcr.io/**', KRMPOD_IMAGES_REWRITE: 'ghcr.io=evil.example.com' },
    })
    expect(request('ghcr.io/fn:v1', { settings })).toMatchObject({
      image: 'evil.example.com/fn:v1',
      givenImage: 'ghcr.io/fn:v1',
    })
  })
})
