import { describe, expect, test } from 'vitest'
import type { Mount } from '../../../src/request/mounts/mount.ts'
import { refusalOf } from '../../argv/refusal-of.ts'
import { mountsOf } from './asked.ts'

function bind(more: object = {}): Mount {
  return { kind: 'bind', source: '/a', target: '/b', readOnly: false, createSource: true, ...more }
}

describe('-v', () => {
  test.each<[text: string, mount: Mount]>([
    ['/a:/b', bind()],
    ['/a:/b:rw', bind()],
    ['/a:/b:ro', bind({ readOnly: true })],
    ['/a:/b:z,ro,cached,rprivate', bind({ readOnly: true })],
    ['/a:/b:ro-non-recursive', bind({ readOnly: true })],
    ['/a:/b:rro', bind({ readOnly: true })],
    ['/a:/b:Z,delegated,private,nocopy', bind()],
    ['/a/../c/:/b/', bind({ source: '/c' })],
    ['.:/b', bind({ source: '/work' })],
    ['./a:/b', bind({ source: '/work/a' })],
    ['../a:/b', bind()],
    ['.a:/b', bind({ source: '/work/.a' })],
    ['/a,"c:/b', bind({ source: '/a,"c' })],
    ['schemas:/b', { kind: 'volume', claim: 'schemas', target: '/b', readOnly: false }],
    ['my.cache:/b:ro,nocopy', { kind: 'volume', claim: 'my.cache', target: '/b', readOnly: true }],
    ['/b', { kind: 'scratch', target: '/b', readOnly: false }],
    ['/ro', { kind: 'scratch', target: '/ro', readOnly: false }],
  ])('%s', (text, mount) => {
    expect(mountsOf('-v', text)).toEqual([mount])
  })

  test.each([
    ['', 'invalid empty volume spec'],
    [':/b', 'invalid spec: :/b: empty section between colons'],
    ['/a:', 'invalid spec: /a:: empty section between colons'],
    ['/a:/b:', 'invalid spec: /a:/b:: empty section between colons'],
    ['/a:/b:/c:ro', 'invalid spec: /a:/b:/c:ro: too many colons'],
    ['/b:ro', "invalid volume specification: '/b:ro'"],
    ['/a:/b:foo', 'invalid mode: foo'],
    ['/a:/b:ro,rw', 'invalid mode: ro,rw'],
    ['/a:/b:ro,ro', 'invalid mode: ro,ro'],
    ['/a:/b:ro,', 'invalid mode: ro,'],
    ['/a:/b:RO', 'invalid mode: RO'],
    [
      '/a:b',
      `invalid volume specification: '/a:b': invalid mount config for type "bind": invalid mount path: 'b' mount path must be absolute`,
    ],
    [
      '/a:/',
      `invalid volume specification: '/a:/': invalid mount config for type "bind": invalid specification: destination can't be '/'`,
    ],
    [
      'b',
      `invalid volume specification: 'b': invalid mount config for type "volume": invalid mount path: 'b' mount path must be absolute`,
    ],
    [
      'rel/a:/b',
      `invalid volume specification: 'rel/a:/b': create rel/a: "rel/a" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    ],
    [
      '~/a:/b',
      `invalid volume specification: '~/a:/b': create ~/a: "~/a" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    ],
    [
      'c:/b',
      `invalid volume specification: 'c:/b': create c: volume name is too short, names should be at least two alphanumeric characters`,
    ],
  ])('%j is refused', (text, message) => {
    expect(refusalOf(() => mountsOf('-v', text))).toMatchObject({ code: 'USAGE', exit: 125, message })
  })

  test.each(['shared', 'rshared', 'slave', 'rslave'])('%s is refused with the reason', (mode) => {
    expect(refusalOf(() => mountsOf('-v', `/a:/b:ro,${mode}`))).toMatchObject({
      code: 'FLAG_REFUSED',
      exit: 125,
      details: { flag: `-v /a:/b:ro,${mode}` },
    })
  })
})
