import { describe, expect, test } from 'vitest'
import type { Mount } from '../../src/request/mounts/mount.ts'
import { functionOf, planned, specOf } from './planned.ts'

interface Expected {
  readonly volume: object
  readonly mount?: object
}

describe('a mount', () => {
  test.each<[mount: Mount, expected: Expected]>([
    [{ kind: 'tmpfs', target: '/x', readOnly: false }, { volume: { emptyDir: { medium: 'Memory' } } }],
    [
      { kind: 'tmpfs', target: '/x', readOnly: true, sizeBytes: 1024 },
      { volume: { emptyDir: { medium: 'Memory', sizeLimit: '1024' } }, mount: { readOnly: true } },
    ],
    [{ kind: 'scratch', target: '/x', readOnly: false }, { volume: { emptyDir: {} } }],
    [
      { kind: 'volume', claim: 'schemas', target: '/x', readOnly: false, subPath: 'v1/a' },
      { volume: { persistentVolumeClaim: { claimName: 'schemas' } }, mount: { subPath: 'v1/a' } },
    ],
    [
      { kind: 'volume', claim: 'schemas', target: '/x', readOnly: true },
      {
        volume: { persistentVolumeClaim: { claimName: 'schemas', readOnly: true } },
        mount: { readOnly: true },
      },
    ],
    [
      { kind: 'image', reference: 'acme.io/x:v1', target: '/x', subPath: 'etc' },
      {
        volume: { image: { reference: 'acme.io/x:v1', pullPolicy: 'IfNotPresent' } },
        mount: { subPath: 'etc', readOnly: true },
      },
    ],
  ])('%o', (mount, expected) => {
    const plan = planned('img', { mounts: [mount] })
    expect(specOf(plan).volumes).toEqual([{ name: 'mount-0', ...expected.volume }])
    expect(functionOf(plan).volumeMounts).toEqual([{ name: 'mount-0', mountPath: '/x', ...expected.mount }])
  })

  test('of an image is pulled as the function is', () => {
    const plan = planned('--pull never --mount type=image,src=x,dst=/x img')
    expect(specOf(plan).volumes).toMatchObject([{ image: { pullPolicy: 'Never' } }])
  })

  test('each has a volume of its own', () => {
    const plan = planned('--shm-size 1m --tmpfs /a --tmpfs /b -v /c img')
    expect(specOf(plan).volumes?.map(({ name }) => name)).toEqual(['shm', 'mount-0', 'mount-1', 'mount-2'])
    expect(functionOf(plan).volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([
      '/dev/shm',
      '/a',
      '/b',
      '/c',
    ])
  })

  test.each([
    ['--read-only --tmpfs /tmp img', '/tmp'],
    ['--read-only -v /tmp/ img', '/tmp'],
    ['--shm-size 64m --tmpfs /dev/shm:size=1m img', '/dev/shm'],
    ['--shm-size 64m --mount dst=/dev/shm img', '/dev/shm'],
  ])("%s: the caller's is the one in that place", (words, mountPath) => {
    const plan = planned(words)
    expect(specOf(plan).volumes).toHaveLength(1)
    expect(functionOf(plan).volumeMounts).toEqual([{ name: 'mount-0', mountPath }])
  })

  test("below /tmp leaves the read-only root's own there", () => {
    const mounts = functionOf(planned('--read-only --tmpfs /tmp/x img')).volumeMounts
    expect(mounts?.map(({ mountPath }) => mountPath)).toEqual(['/tmp', '/tmp/x'])
  })
})
