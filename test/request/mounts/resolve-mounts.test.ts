import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolve } from '../../../src/request/resolve.ts'
import { isSafe, refusalOf } from '../../argv/refusal-of.ts'
import { SETTINGS } from '../resolving.ts'
import { asked, mountsOf } from './asked.ts'

describe('targets', () => {
  test('all mounts of all flags are there', () => {
    const targets = mountsOf(
      ...['-v', '/anonymous', '--tmpfs', '/tmpfs', '--mount', 'dst=/scratch', '-v', '/a:/bind'],
      ...['--mount', 'type=bind,src=/a,dst=/bind/below'],
    ).map(({ target }) => target)
    expect(targets.toSorted()).toEqual(['/anonymous', '/bind', '/bind/below', '/scratch', '/tmpfs'])
  })

  test.each([
    ['-v /a:/x -v /b:/x'],
    ['-v /a:/x -v /a:/x/'],
    ['-v /a:/x --mount type=bind,src=/a,dst=/x'],
    ['--mount dst=/x --mount type=tmpfs,dst=/y/../x'],
    ['-v /a:/x --tmpfs /x'],
    ['--mount dst=/x --tmpfs /x:size=1m'],
    ['--tmpfs /x --tmpfs /x/'],
  ])('%s is refused', (flags) => {
    expect(refusalOf(() => mountsOf(...flags.split(' ')))).toMatchObject({
      code: 'USAGE',
      exit: 125,
      message: 'Duplicate mount point: /x',
    })
  })

  test.each([
    ['-v /a:/x -v /a:/x', 'bind'],
    ['-v /x -v /x/', 'scratch'],
    ['-v /x -v /a:/x', 'bind'],
    ['--tmpfs /x -v /x/', 'tmpfs'],
    ['-v /x --mount src=schemas,dst=/x', 'volume'],
  ])('%s is one', (flags, kind) => {
    expect(mountsOf(...flags.split(' '))).toMatchObject([{ kind, target: '/x' }])
  })
})

describe('what settings say', () => {
  test('is handed on', () => {
    const { mountRules } = asked([], { allow: ['/srv'], maxBytes: 7, maxFiles: 8 })
    expect(mountRules).toEqual({ allow: ['/srv'], maxBytes: 7, maxFiles: 8 })
  })

  test.each([
    [['-v', '/a:/b'], '-v "/a:/b"'],
    [['--mount', 'type=bind,src=/a,dst=/b'], '--mount "type=bind,src=/a,dst=/b"'],
  ])('%j is refused without mounts.rw', (flags, mount) => {
    expect(refusalOf(() => asked(flags, { rw: 'off' }))).toMatchObject({
      code: 'MOUNT_NOT_ALLOWED',
      exit: 125,
      message: `${mount} is not allowed: the function could write to it, and mounts.rw is off: mount it read-only, or set KRMPOD_MOUNTS_RW=on`,
    })
  })

  test.each([
    ['-v', '/a:/b:ro'],
    ['--mount', 'type=tmpfs,dst=/b'],
    ['-v', '/b'],
    ['-v', 'schemas:/b'],
  ])('%s %s needs no mounts.rw', (...flags) => {
    expect(asked(flags, { rw: 'off', volumes: ['schemas'] }).mounts).toHaveLength(1)
  })

  test('a volume that mounts.volumes does not name is refused', () => {
    expect(refusalOf(() => asked(['-v', 'other:/b:ro'], { volumes: ['schemas'] }))).toMatchObject({
      code: 'MOUNT_NOT_ALLOWED',
      exit: 125,
      message:
        '-v "other:/b:ro" is not allowed: mounts.volumes does not name other: it lists the PersistentVolumeClaims that functions may use',
    })
  })
})

describe("the caller's folder", () => {
  function from(cwd: () => string, source: string): unknown {
    const flags = new Map([['mount', [`type=bind,src=${source},dst=/b,ro`]]])
    const parsed = { image: 'img', command: [], ignored: [], flags }
    return resolve({ parsed, settings: SETTINGS, env: {}, cwd, readFile: () => new Uint8Array() }).mounts
  }

  const gone = (): string => {
    throw new Error('ENOENT: no such file or directory, uv_cwd')
  }

  test('is not asked for without need', () => {
    expect(from(gone, '/a')).toMatchObject([{ source: '/a' }])
  })

  test('that is gone makes a relative source no path', () => {
    expect(refusalOf(() => from(gone, './a'))).toMatchObject({
      message: `invalid mount config for type "bind": invalid mount path: './a' mount path must be absolute`,
    })
  })
})

test('any text of any flag is mounts with clean targets, or a RunError', () => {
  const part = fc.constantFrom(
    ...[
      'type=',
      'bind',
      'tmpfs',
      'image',
      'src=',
      'dst=',
      ',',
      ':',
      '/',
      '..',
      '.',
      'ro',
      '"',
      '\n',
      ' ',
      'ab',
    ],
  )
  const flag = fc.tuple(
    fc.constantFrom('-v', '--mount', '--tmpfs'),
    fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.array(flag, { maxLength: 3 }), (flags) =>
      isSafe(() => {
        const targets = mountsOf(...flags.flat()).map(({ target }) => target)
        expect(targets.filter((target) => !/^(?:\/(?!\.{0,2}(?:\/|$))[^/]+)+$/.test(target))).toEqual([])
        expect(new Set(targets).size).toBe(targets.length)
      }),
    ),
    { numRuns: 2000 },
  )
})
