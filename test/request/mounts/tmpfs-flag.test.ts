import { describe, expect, test } from 'vitest'
import type { Mount } from '../../../src/request/mounts/mount.ts'
import { refusalOf } from '../../argv/refusal-of.ts'
import { asked, mountsOf } from './asked.ts'

describe('--tmpfs', () => {
  test.each<[text: string, mount: Partial<Mount>]>([
    ['/b', {}],
    ['/b:', {}],
    ['/b/', {}],
    ['/b:rw,nosuid,nodev,exec,noatime', {}],
    ['/b:ro', { readOnly: true }],
    ['/b:ro,rw', {}],
    ['/b:size=64m', { sizeBytes: 64 * 1024 ** 2 }],
    ['/b:size=1k,size=65536k', { sizeBytes: 64 * 1024 ** 2 }],
    ['/b:size=0', {}],
  ])('%s', (text, more) => {
    const { mounts, warnings } = asked(['--tmpfs', text])
    expect(mounts).toEqual([{ kind: 'tmpfs', target: '/b', readOnly: false, ...more }])
    expect(warnings).toEqual([])
  })

  test('what a Pod cannot do is said, once for all', () => {
    const { mounts, warnings } = asked(['--tmpfs', '/b:mode=700,size=1m,uid=1000,noexec'])
    expect(mounts).toEqual([{ kind: 'tmpfs', target: '/b', readOnly: false, sizeBytes: 1024 ** 2 }])
    expect(warnings).toEqual([
      '--tmpfs "/b:mode=700,size=1m,uid=1000,noexec": mode=700, uid=1000, noexec has no effect in a Pod',
    ])
  })

  test.each([
    ['', 'invalid mount config for type "tmpfs": field Target must not be empty'],
    ['b', `invalid mount config for type "tmpfs": invalid mount path: 'b' mount path must be absolute`],
    ['/:size=1m', `invalid mount config for type "tmpfs": invalid specification: destination can't be '/'`],
    ['/b:bind', 'invalid tmpfs option ["bind"]'],
    ['/b:size=1m,sise=2m', 'invalid tmpfs option ["sise" "2m"]'],
    [
      '/b:size=50%',
      'invalid size of --tmpfs "50%": expected bytes, or a number with one of the units b, k, m, g, t: 512m, 1.5g',
    ],
  ])('%j is refused', (text, message) => {
    expect(refusalOf(() => mountsOf('--tmpfs', text))).toMatchObject({ exit: 125, message })
  })
})
