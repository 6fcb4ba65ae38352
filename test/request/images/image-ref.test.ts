import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ImageRef, parseImageRef } from '../../../src/request/images/image-ref.ts'
import { isSafe, refusalOf } from '../../argv/refusal-of.ts'
import { request } from '../resolving.ts'

const HEX = '0123456789abcdef'.repeat(4)
const DIGEST = `sha256:${HEX}`

describe('an image reference', () => {
  test.each<[text: string, ref: ImageRef]>([
    ['busybox', { registry: 'docker.io', repository: 'library/busybox', tag: 'latest' }],
    ['busybox:1.37', { registry: 'docker.io', repository: 'library/busybox', tag: '1.37' }],
    ['index.docker.io/busybox', { registry: 'docker.io', repository: 'library/busybox', tag: 'latest' }],
    ['docker.io/busybox', { registry: 'docker.io', repository: 'library/busybox', tag: 'latest' }],
    ['kptdev/x', { registry: 'docker.io', repository: 'kptdev/x', tag: 'latest' }],
    ['ghcr.io/a/b/c:v1', { registry: 'ghcr.io', repository: 'a/b/c', tag: 'v1' }],
    ['localhost/a', { registry: 'localhost', repository: 'a', tag: 'latest' }],
    ['localhost:5000/a:b', { registry: 'localhost:5000', repository: 'a', tag: 'b' }],
    ['10.0.0.1:5000/a', { registry: '10.0.0.1:5000', repository: 'a', tag: 'latest' }],
    ['[fd00::1]:5000/a', { registry: '[fd00::1]:5000', repository: 'a', tag: 'latest' }],
    ['Registry/a', { registry: 'Registry', repository: 'a', tag: 'latest' }],
    ['a__b/c-_d'.replace('-_', '--'), { registry: 'docker.io', repository: 'a__b/c--d', tag: 'latest' }],
    [`a@${DIGEST}`, { registry: 'docker.io', repository: 'library/a', digest: DIGEST }],
    [`r.io/a:v1@${DIGEST}`, { registry: 'r.io', repository: 'a', tag: 'v1', digest: DIGEST }],
    [
      `a@sha512:${HEX}${HEX}`,
      { registry: 'docker.io', repository: 'library/a', digest: `sha512:${HEX}${HEX}` },
    ],
  ])('%s', (text, ref) => {
    expect(parseImageRef(text)).toEqual(ref)
    expect(request([text]).image).toBe(text)
  })

  test.each([
    ['', 'invalid reference format'],
    ['-', 'invalid reference format'],
    ['a:', 'invalid reference format'],
    ['a:b:c', 'invalid reference format'],
    ['a/', 'invalid reference format'],
    ['/a', 'invalid reference format'],
    ['a b', 'invalid reference format'],
    ['é', 'invalid reference format'],
    ['a..b', 'invalid reference format'],
    ['a___b', 'invalid reference format'],
    ['https://r.io/a', 'invalid reference format'],
    ['a@sha256:abc', 'invalid reference format'],
    [`a:${'t'.repeat(129)}`, 'invalid reference format'],
    ['IMG', 'invalid reference format: repository name (library/IMG) must be lowercase'],
    ['r.io/Team/fn:v1', 'invalid reference format: repository name (Team/fn) must be lowercase'],
    ['a'.repeat(250), 'repository name must not be more than 255 characters'],
    [`a@md5:${HEX}`, 'unsupported digest algorithm'],
    [`a@sha512:${HEX}`, 'invalid checksum digest length'],
    [`a@${DIGEST.toUpperCase().replace('SHA', 'sha')}`, 'invalid checksum digest format'],
  ])("%s is refused in docker's words: %s", (text, message) => {
    expect(refusalOf(() => request([text]))).toMatchObject({ code: 'USAGE', exit: 125, message })
  })

  test.each([HEX, DIGEST])('%s is an image ID, which no node can pull', (text) => {
    const expected = 'a name, not an image ID: nodes pull images by name'
    expect(refusalOf(() => request([text]))).toMatchObject({ code: 'BAD_VALUE', details: { expected } })
  })

  test('of any text is one or a RunError, in good time', () => {
    const part = fc.constantFrom('a', 'B', '0', '.', '_', '-', ':', '/', '@', 'sha256', HEX, '[', ']', ' ')
    const text = fc.oneof(
      fc.array(part).map((parts) => parts.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(text, (reference) => isSafe(() => parseImageRef(reference))),
      { numRuns: 2000 },
    )
    expect(isSafe(() => parseImageRef(`${'a'.repeat(100_000)}!`))).toBe(true)
    expect(isSafe(() => parseImageRef('a-'.repeat(50_000)))).toBe(true)
  })
})
