import { expect } from 'vitest'
import type { ErrorCode } from '../../src/errors/catalogue.ts'
import type { FakeCluster } from '../doubles/fake-cluster.ts'
import type { Outcome } from '../doubles/run-on.ts'

/** A function's own end: its code and its bytes, and nothing left in the cluster. */
export function expectResult(
  cluster: FakeCluster,
  outcome: Outcome,
  expected: { exit?: number; stdout: string | Buffer; stderr?: string },
): void {
  const { exit = 0, stdout, stderr = '' } = expected
  expect({ end: outcome.end, reason: outcome.error?.message }).toEqual({
    end: `exit ${exit}`,
    reason: undefined,
  })
  expect(outcome.stdout.equals(Buffer.from(stdout)), `stdout: ${shown(outcome.stdout)}`).toBe(true)
  expect(outcome.stderr).toBe(stderr)
  expectNothingLeft(cluster)
}

/** One reason, not a byte on stdout, and nothing left in the cluster. */
export function expectFailure(cluster: FakeCluster, outcome: Outcome, code: ErrorCode): void {
  expect({ end: outcome.end, reason: outcome.error?.message ?? '' }).toMatchObject({ end: code })
  expect(outcome.error?.exit).toBeGreaterThan(0)
  expect(shown(outcome.stdout)).toBe('')
  expectNothingLeft(cluster)
}

/** A Pod that has been told to end, and has its moment to do so, is as good as gone. */
export function expectNothingLeft(cluster: FakeCluster): void {
  expect(cluster.objects('pods').filter(({ metadata }) => !metadata.deletionTimestamp)).toEqual([])
  // Each Pod has its own bounds, and so has its receiver of files; a run may make a second one.
  const pods = Math.max(1, cluster.count('create pods'))
  const hasReceiver = JSON.stringify(cluster.requests).includes('initContainers')
  expect(cluster.objects('secrets')).toEqual([])
  expect(cluster.count('get pods/attach')).toBeLessThanOrEqual(40 * pods)
  expect(cluster.count('patch pods/resize')).toBeLessThanOrEqual((hasReceiver ? 6 : 3) * pods)
}

function shown(bytes: Buffer): string {
  return bytes.length <= 100
    ? bytes.toString()
    : `${bytes.subarray(0, 100).toString()} … (${bytes.length} bytes)`
}
