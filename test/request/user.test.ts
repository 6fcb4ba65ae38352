import { describe, expect, test } from 'vitest'
import type { User } from '../../src/request/run-request.ts'
import { refusalOf } from '../argv/refusal-of.ts'
import { request } from './resolving.ts'

describe('the user of a function', () => {
  test.each<[line: string, user: User]>([
    ['img', { kind: 'ids', uid: 65534, gid: 65534 }],
    ['--user= img', { kind: 'ids', uid: 65534, gid: 65534 }],
    ['--user nobody img', { kind: 'ids', uid: 65534, gid: 65534 }],
    ['-u root img', { kind: 'ids', uid: 0, gid: 0 }],
    ['-u 0:0 img', { kind: 'ids', uid: 0, gid: 0 }],
    ['-u 1000:2000 img', { kind: 'ids', uid: 1000, gid: 2000 }],
    ['-u 1000 img', { kind: 'ids', uid: 1000 }],
    ['-u 2147483647 img', { kind: 'ids', uid: 2147483647 }],
    ['-u nobody -u 5 img', { kind: 'ids', uid: 5 }],
  ])('%s', (line, user) => {
    expect(request(line).user).toEqual(user)
  })

  test.each<[nobody: string, line: string, user: User]>([
    ['namespace', 'img', { kind: 'image' }],
    ['namespace', '-u nobody img', { kind: 'image' }],
    ['namespace', '-u 7 img', { kind: 'ids', uid: 7 }],
    ['namespace', '-u root img', { kind: 'ids', uid: 0, gid: 0 }],
    ['99:98', 'img', { kind: 'ids', uid: 99, gid: 98 }],
    ['99', '-u nobody img', { kind: 'ids', uid: 99 }],
  ])('with user.nobody %s: %s', (nobody, line, user) => {
    expect(request(line, { settings: { user: { nobody } } }).user).toEqual(user)
  })

  test.each([
    '1000:',
    ':1000',
    'nobody:nogroup',
    'nobody:65534',
    '1000:users',
    'me',
    '-1',
    '+5',
    '1.5',
    '1:2:3',
    ' 1',
  ])('--user %j is refused: a Pod cannot look up names', (user) => {
    const expected = 'nobody, root, UID or UID:GID: a Pod cannot look up names in the image'
    expect(refusalOf(() => request(['--user', user, 'img']))).toMatchObject({
      code: 'BAD_VALUE',
      details: { what: 'user', got: user, expected },
    })
  })

  test.each(['2147483648', '1:2147483648', '99999999999999999999'])('--user %s is out of range', (user) => {
    expect(refusalOf(() => request(['--user', user, 'img'])).message).toContain(
      'expected a whole number from 0 to 2147483647',
    )
  })

  test('has numeric groups only', () => {
    expect(request('--group-add 10 --group-add 20 img').groups).toEqual([10, 20])
    expect(request('img').groups).toEqual([])
    expect(refusalOf(() => request('--group-add audio img')).message).toBe(
      'invalid group "audio": expected a whole number from 0 to 2147483647',
    )
  })
})
