import { describe, expect, test } from 'vitest'
import type { Mount } from '../../../src/request/mounts/mount.ts'
import { refusalOf } from '../../argv/refusal-of.ts'
import { asked, mountsOf } from './asked.ts'

function bind(more: object = {}): Mount {
  return { kind: 'bind', source: '/a', target: '/b', readOnly: false, createSource: false, ...more }
}

describe('--mount', () => {
  test.each<[text: string, mount: Mount]>([
    ['type=bind,source=/a,target=/b', bind()],
    ['TYPE=BIND,Src=/a,DST=/b', bind()],
    ['  type=bind,src=/a,destination=/b\n', bind()],
    ['type=bind,src=/x,src=/a,dst=/y,dst=/b', bind()],
    ['type=bind,src=//a/./c/..,dst=/../b//', bind()],
    ['type=bind,source=/,target=/b', bind({ source: '/' })],
    ['type=bind,source=.,target=/b', bind({ source: '/work' })],
    ['type=bind,source=./a,target=/b', bind({ source: '/work/a' })],
    ['type=bind,source=../a,target=/b', bind({ source: '/a' })],
    ['type=bind,source=.a,target=/b', bind({ source: '/work/.a' })],
    ['type=bind,"source=/a,""c""",target=/b', bind({ source: '/a,"c"' })],
    ['type=bind,source=/a b,target=/b', bind({ source: '/a b' })],
    ['type=bind,source=/a=b,target=/b', bind({ source: '/a=b' })],
    // Without a value, and as strconv.ParseBool has it.
    ['type=bind,src=/a,dst=/b,readonly', bind({ readOnly: true })],
    ['type=bind,src=/a,dst=/b,RO', bind({ readOnly: true })],
    ['type=bind,src=/a,dst=/b,ro=1', bind({ readOnly: true })],
    ['type=bind,src=/a,dst=/b,readonly=T', bind({ readOnly: true })],
    ['type=bind,src=/a,dst=/b,ro=0', bind()],
    ['type=bind,src=/a,dst=/b,ro,readonly=FALSE', bind()],
    ['type=bind,src=/a,dst=/b,bind-create-src', bind({ createSource: true })],
    ['type=bind,src=/a,dst=/b,bind-create-src=false', bind()],
    // Without a difference for a copy.
    ['type=bind,src=/a,dst=/b,consistency=cached,bind-propagation=RPrivate', bind()],
    ['type=bind,src=/a,dst=/b,bind-recursive=enabled,bind-nonrecursive=0', bind()],
    // Volumes are the default type.
    ['target=/b', { kind: 'scratch', target: '/b', readOnly: false }],
    ['type=volume,dst=/b,volume-nocopy', { kind: 'scratch', target: '/b', readOnly: false }],
    ['src=schemas,dst=/b', { kind: 'volume', claim: 'schemas', target: '/b', readOnly: false }],
    ['src=my.cache,dst=/b,ro', { kind: 'volume', claim: 'my.cache', target: '/b', readOnly: true }],
    [
      'src=schemas,dst=/b,volume-subpath=v1/./x/',
      { kind: 'volume', claim: 'schemas', target: '/b', readOnly: false, subPath: 'v1/x' },
    ],
    [
      'src=schemas,dst=/b,volume-subpath=.,volume-driver=local,volume-label=a=b',
      { kind: 'volume', claim: 'schemas', target: '/b', readOnly: false },
    ],
    ['type=tmpfs,dst=/b', { kind: 'tmpfs', target: '/b', readOnly: false }],
    ['type=tmpfs,dst=/b,ro,tmpfs-size=0', { kind: 'tmpfs', target: '/b', readOnly: true }],
    [
      'type=tmpfs,dst=/b,tmpfs-size=64m',
      { kind: 'tmpfs', target: '/b', readOnly: false, sizeBytes: 64 * 1024 ** 2 },
    ],
    ['type=image,src=acme.io/x:v1,dst=/b', { kind: 'image', reference: 'acme.io/x:v1', target: '/b' }],
    [
      'type=image,src=x,dst=/b,image-subpath=etc/x',
      { kind: 'image', reference: 'x', target: '/b', subPath: 'etc/x' },
    ],
  ])('%j', (text, mount) => {
    const request = asked(['--mount', text])
    expect(request.mounts).toEqual([mount])
    expect(request.warnings).toEqual([])
  })

  test.each([
    ['', 'value is empty'],
    [' ', 'value is empty'],
    ['type=bind,"src=/a', 'parse error on line 1, column 18: extraneous or missing " in quoted-field'],
    ['type=,source=/repo/abs,target=/x', "invalid value for 'type': value is empty"],
    ['type=tmpfs,source=,target=/x', "invalid value for 'source': value is empty"],
    ['dst=/b,ro=', "invalid value for 'ro': value is empty"],
    ['src= /a,dst=/b', "invalid value for 'src' in 'src= /a': value should not have whitespace"],
    ['src=/a, dst=/b', "invalid option 'dst' in ' dst=/b': option should not have whitespace"],
    ['dst=/b,target', "invalid field 'target' must be a key=value pair"],
    ['dst=/b,nosuch', "invalid field 'nosuch' must be a key=value pair"],
    ['dst=/b,', "invalid field '' must be a key=value pair"],
    ['dst=/b,Rw=true', "unknown option 'rw' in 'Rw=true'"],
    [
      'dst=/b,RO=yes',
      `invalid value for 'ro': invalid boolean value ("yes"): must be one of "true", "1", "false", or "0" (default "true")`,
    ],
    ['dst=/b,tmpfs-size=1', "cannot mix 'tmpfs-*' options with mount type 'volume'"],
    ['type=bind,dst=/b,volume-nocopy', "cannot mix 'volume-*' options with mount type 'bind'"],
    ['type=tmpfs,dst=/b,bind-create-src', "cannot mix 'bind-*' options with mount type 'tmpfs'"],
    ['type=volume,dst=/b,image-subpath=x', "cannot mix 'image-*' options with mount type 'volume'"],
    ['type=tmpfs,dst=/b,tmpfs-mode=9', 'invalid value for tmpfs-mode: 9'],
    ['type=tmpfs,dst=/b,tmpfs-mode=40000000000', 'invalid value for tmpfs-mode: 40000000000'],
  ])('%j is refused', (text, cause) => {
    expect(refusalOf(() => mountsOf('--mount', text))).toMatchObject({
      code: 'USAGE',
      exit: 125,
      message: `invalid argument ${JSON.stringify(text)} for "--mount" flag: ${cause}`,
    })
  })

  test.each([
    ['type=bind,src=/a', 'bind', 'field Target must not be empty'],
    ['type=bind,dst=/b', 'bind', 'field Source must not be empty'],
    ['type=bind,src=/a,dst=b', 'bind', "invalid mount path: 'b' mount path must be absolute"],
    ['type=bind,src=/a,dst=.', 'bind', "invalid mount path: '.' mount path must be absolute"],
    ['type=bind,src=/a,dst=/b/..', 'bind', "invalid specification: destination can't be '/'"],
    ['type=bind,src=rel,dst=/b', 'bind', "invalid mount path: 'rel' mount path must be absolute"],
    ['type=bind,src=~/x,dst=/b', 'bind', "invalid mount path: '~/x' mount path must be absolute"],
    ['type=volume,dst=/b,ro', 'volume', 'must not set ReadOnly mode when using anonymous volumes'],
    ['dst=/b,volume-subpath=x', 'volume', 'must not set Subpath when using anonymous volumes'],
    [
      'src=schemas,dst=/b,volume-subpath=a/../../x',
      'volume',
      'subpath must be a relative path within the volume',
    ],
    ['src=schemas,dst=/b,volume-subpath=/x', 'volume', 'subpath must be a relative path within the volume'],
    ['type=image,dst=/b', 'image', 'field Source must not be empty'],
    ['type=nosuch,dst=/b', 'nosuch', 'mount type unknown'],
  ])('%j is refused as by the daemon', (text, type, problem) => {
    expect(refusalOf(() => mountsOf('--mount', text))).toMatchObject({
      code: 'USAGE',
      exit: 125,
      message: `invalid mount config for type "${type}": ${problem}`,
    })
  })

  test.each([
    ['type=bind,src=/a,dst=/b,bind-propagation=rshared', '--mount bind-propagation=rshared'],
    ['type=bind,src=/a,dst=/b,bind-recursive=disabled', '--mount bind-recursive=disabled'],
    ['type=bind,src=/a,dst=/b,bind-nonrecursive', '--mount bind-nonrecursive'],
    ['src=schemas,dst=/b,volume-driver=nfs', '--mount volume-driver=nfs'],
    ['src=schemas,dst=/b,volume-opt=type=nfs', '--mount volume-opt=type=nfs'],
    ['type=npipe,src=x,dst=/b', '--mount type=npipe'],
    ['type=cluster,src=x,dst=/b', '--mount type=cluster'],
    // kustomize 3.7.0 wrote the mode there.
    ['type=bind,src=/a,dst=/b:ro', 'a mount at /b:ro'],
    ['type=tmpfs,dst=/.krmpod/', 'a mount at /.krmpod'],
    ['type=tmpfs,dst=/.krmpod/bin', 'a mount at /.krmpod/bin'],
  ])('%j is refused with the reason', (text, flag) => {
    expect(refusalOf(() => mountsOf('--mount', text))).toMatchObject({
      code: 'FLAG_REFUSED',
      exit: 125,
      details: { flag },
    })
  })

  test('of an image that is no image is refused', () => {
    expect(refusalOf(() => mountsOf('--mount', 'type=image,src=Capitals,dst=/b'))).toMatchObject({
      message: 'invalid reference format: repository name (library/Capitals) must be lowercase',
    })
  })
})

describe('what kustomize makes of mounts that are not bind mounts', () => {
  test('a tmpfs is one, without the source', () => {
    const text = 'type=tmpfs,source=/repo/base,target=/scratch,readonly'
    const { mounts, warnings } = asked(['--mount', text])
    expect(mounts).toEqual([{ kind: 'tmpfs', target: '/scratch', readOnly: true }])
    expect(warnings).toEqual([`--mount "${text}": source /repo/base is ignored: a tmpfs has none`])
  })

  test('a volume is known by the last part of its source', () => {
    const text = 'type=volume,source=/repo/base/myvol,target=/vol,readonly'
    const { mounts, warnings } = asked(['--mount', text])
    expect(mounts).toEqual([{ kind: 'volume', claim: 'myvol', target: '/vol', readOnly: true }])
    expect(warnings).toEqual([
      `--mount "${text}": source /repo/base/myvol is taken for the volume myvol: a volume has no path`,
    ])
  })
})

test('the mode of a tmpfs cannot be kept, and one warning says so', () => {
  const text = 'type=tmpfs,dst=/b,tmpfs-mode=0700'
  expect(asked(['--mount', text]).warnings).toEqual([
    `--mount "${text}": tmpfs-mode is ignored: in a Pod anybody may write to a tmpfs`,
  ])
})
