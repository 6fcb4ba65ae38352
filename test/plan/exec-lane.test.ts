import { describe, expect, test } from 'vitest'
import { planPod } from '../../src/plan/plan-pod.ts'
import { request } from '../request/resolving.ts'
import { functionOf, NOW, specOf } from './planned.ts'

function planned(words: string, by: 'imageVolume' | 'copy' = 'imageVolume'): ReturnType<typeof planPod> {
  return planPod(request(words), NOW, { kind: 'exec', helper: { image: 'bb:1', by } })
}

describe('a Pod of the exec lane', () => {
  test('waits in the function image, as the same user and with the same environment', () => {
    const plan = planned('-i -u 1000:1000 -w /work -e A=1 --entrypoint run img x')
    const container = functionOf(plan)
    expect(container).toMatchObject({ image: 'img', workingDir: '/work', env: [{ name: 'A', value: '1' }] })
    expect(container.command?.slice(0, 3)).toEqual(['/.krmpod/bin/busybox', 'sh', '-c'])
    for (const key of ['args', 'stdin', 'stdinOnce']) expect(container).not.toHaveProperty(key)
    expect(specOf(plan).securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000 })
    expect(plan.pod.metadata.labels).toMatchObject({ 'krmpod.dev/lane': 'exec' })
    expect(plan.exec?.command).toEqual({
      entrypoint: ['run'],
      args: ['x'],
      env: [{ name: 'A', value: '1', secret: false }],
    })
  })

  test('has the helper by an image volume', () => {
    const spec = specOf(planned('img'))
    expect(spec.volumes).toEqual([
      { name: 'krmpod', image: { reference: 'bb:1', pullPolicy: 'IfNotPresent' } },
    ])
    expect(spec).not.toHaveProperty('initContainers')
    expect(functionOf(planned('img')).volumeMounts).toEqual([
      { name: 'krmpod', mountPath: '/.krmpod', readOnly: true },
    ])
  })

  test('or by a copy, that an init container under the same restrictions makes', () => {
    const plan = planned('img', 'copy')
    const spec = specOf(plan)
    expect(spec.volumes).toEqual([{ name: 'krmpod', emptyDir: {} }])
    const [copy, ...others] = spec.initContainers ?? []
    expect(others).toEqual([])
    expect(copy).toMatchObject({
      image: 'bb:1',
      securityContext: functionOf(plan).securityContext,
      resources: functionOf(plan).resources,
    })
  })

  test('of --shm-size has both volumes', () => {
    const names = specOf(planned('--shm-size 1m img')).volumes?.map(({ name }) => name)
    expect(names).toEqual(['shm', 'krmpod'])
  })
})

test('a script in the command is not expanded by kubelet', () => {
  const script = functionOf(planned('img')).command?.at(-1) ?? ''
  expect(script).toContain('$$!')
  expect(script).not.toMatch(/(^|[^$])\$\(/)
})
