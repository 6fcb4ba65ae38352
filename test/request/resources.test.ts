import { describe, expect, test } from 'vitest'
import type { ResourceList } from '../../src/request/run-request.ts'
import { refusalOf } from '../argv/refusal-of.ts'
import { request, SETTINGS } from './resolving.ts'

interface Expected {
  readonly requests?: ResourceList
  readonly limits?: ResourceList
  readonly shmBytes?: number
}

const STORAGE = { requests: { ephemeralStorage: '64Mi' }, limits: { ephemeralStorage: '1Gi' } }

describe('the resources of a function', () => {
  test.each<[line: string, expected: Expected]>([
    ['--rm', {}],
    ['-m 512m', { limits: { memory: '512Mi' } }],
    ['-m 8g', { limits: { memory: '8Gi' } }],
    ['-m 6291456', { limits: { memory: '6Mi' }, requests: { memory: '6Mi' } }],
    ['-m 32m', { limits: { memory: '32Mi' }, requests: { memory: '32Mi' } }],
    ['-m 0', {}],
    ['-m 1g -m 2g', { limits: { memory: '2Gi' } }],
    ['--memory-reservation 256m', { requests: { memory: '256Mi' } }],
    ['--memory-reservation 2g -m 2g', { requests: { memory: '2Gi' }, limits: { memory: '2Gi' } }],
    ['--memory-reservation 0', {}],
    ['--cpus 1.5', { limits: { cpu: '1500m' } }],
    ['--cpus 2', { limits: { cpu: '2000m' } }],
    ['--cpus .5', { limits: { cpu: '500m' } }],
    ['--cpus 0.01', { limits: { cpu: '10m' } }],
    ['--cpus 1.001', { limits: { cpu: '1001m' } }],
    ['--cpus 0.0123', { limits: { cpu: '13m' } }],
    ['--cpus 0', {}],
    ['--cpus 0.0', {}],
    ['--shm-size 64m', { shmBytes: 64 * 1024 ** 2 }],
    ['--shm-size 0', {}],
  ])('%s', (line, { requests, limits, shmBytes }) => {
    expect(request(`${line} img`).resources).toEqual({
      requests: { cpu: '10m', memory: '64Mi', 'ephemeral-storage': '64Mi', ...requests },
      limits: { memory: '1Gi', 'ephemeral-storage': '1Gi', ...limits },
      ...(shmBytes !== undefined && { shmBytes }),
    })
  })

  test.each([
    ['--rm', '500m', '250m'],
    ['--cpus 1', '1000m', '250m'],
    ['--cpus 0.2', '200m', '200m'],
  ])('%s goes before the CPU of the settings', (line, limit, wish) => {
    const resources = {
      requests: { cpu: '250m', memory: '64Mi', ...STORAGE.requests },
      limits: { cpu: '500m', memory: '1Gi', ...STORAGE.limits },
    }
    const { requests, limits } = request(`${line} img`, { settings: { resources } }).resources
    expect([limits.cpu, requests.cpu]).toEqual([limit, wish])
  })

  test('a CPU request in a form that is not understood stays as it is', () => {
    const resources = { ...SETTINGS.resources, requests: { ...SETTINGS.resources.requests, cpu: '1e-1' } }
    expect(request('--cpus 1 img', { settings: { resources } }).resources.requests.cpu).toBe('1e-1')
  })

  test.each([
    ['-m 5m', 'invalid --memory "5m": expected at least 6m'],
    ['-m 4', 'invalid --memory "4": expected at least 6m'],
    [
      '-m x',
      'invalid --memory "x": expected bytes, or a number with one of the units b, k, m, g, t: 512m, 1.5g',
    ],
    ['--memory-reservation 1m', 'invalid --memory-reservation "1m": expected at least 6m'],
    ['--memory-reservation 2g', 'invalid --memory-reservation "2Gi": expected at most the memory limit, 1Gi'],
    [
      '--memory-reservation 64m -m 32m',
      'invalid --memory-reservation "64Mi": expected at most the memory limit, 32Mi',
    ],
    ['--cpus 0.001', 'invalid --cpus "0.001": expected a number of CPUs, at least 0.01'],
    ['--cpus -1', 'invalid --cpus "-1": expected a number of CPUs, at least 0.01'],
    ['--cpus=', 'invalid --cpus "": expected a number of CPUs, at least 0.01'],
    ['--cpus two', 'invalid --cpus "two": expected a number of CPUs, at least 0.01'],
    ['--cpus .', 'invalid --cpus ".": expected a number of CPUs, at least 0.01'],
    ['--cpus 0x1', 'invalid --cpus "0x1": expected a number of CPUs, at least 0.01'],
  ])('%s is refused', (line, message) => {
    expect(refusalOf(() => request(`${line} img`))).toMatchObject({ code: 'BAD_VALUE', exit: 125, message })
  })
})
