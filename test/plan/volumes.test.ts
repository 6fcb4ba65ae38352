import { describe, expect, test } from 'vitest'
import { functionOf, planned, specOf } from './planned.ts'

describe('volumes', () => {
  test.each([
    'img',
    '--network none -e A=1 -e TOKEN img',
    '-w /work --user 0:0 img',
    '--memory 1g --cpus 2 img',
    '--shm-size 0 img',
  ])('%s needs none', (words) => {
    const plan = planned(words)
    expect(specOf(plan)).not.toHaveProperty('volumes')
    expect(functionOf(plan)).not.toHaveProperty('volumeMounts')
  })

  test('--shm-size is memory of that size', () => {
    const plan = planned('--shm-size 64m img')
    expect(specOf(plan).volumes).toEqual([
      { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: String(64 * 1024 ** 2) } },
    ])
    expect(functionOf(plan).volumeMounts).toEqual([{ name: 'shm', mountPath: '/dev/shm' }])
  })

  test('F29: a read-only root has a temp folder to write to, which is the home as well', () => {
    const plan = planned('--read-only -e A=1 img')
    expect(specOf(plan).volumes).toEqual([{ name: 'temp', emptyDir: {} }])
    expect(functionOf(plan)).toMatchObject({
      volumeMounts: [{ name: 'temp', mountPath: '/tmp' }],
      env: [
        { name: 'HOME', value: '/tmp' },
        { name: 'A', value: '1' },
      ],
    })
  })

  test('a home that the caller names stays', () => {
    expect(functionOf(planned('--read-only -e HOME=/work img')).env).toEqual([
      { name: 'HOME', value: '/work' },
    ])
    expect(functionOf(planned('--read-only -e HOME img')).env).toMatchObject([
      { name: 'HOME', valueFrom: {} },
    ])
  })

  test('both kinds go together', () => {
    const names = specOf(planned('--read-only --shm-size 1m img')).volumes?.map(({ name }) => name)
    expect(names).toEqual(['shm', 'temp'])
  })
})
