import { planPod } from '../../src/plan/plan-pod.ts'
import { FUNCTION_CONTAINER, type Identity, type PodPlan } from '../../src/plan/pod-plan.ts'
import type { RunRequest } from '../../src/request/run-request.ts'
import { request } from '../request/resolving.ts'

export const NOW: Identity = {
  runId: '0123456789',
  now: new Date('2026-01-02T03:04:05.678Z'),
  namespace: 'functions',
}

/** The plan of what these words of `docker run` ask for. */
export function planned(words: string | readonly string[], changes: Partial<RunRequest> = {}): PodPlan {
  return planPod({ ...request(words, { env: { HOME: '/home/me', TOKEN: '$ecret' } }), ...changes }, NOW)
}

export function specOf({ pod }: PodPlan): NonNullable<PodPlan['pod']['spec']> {
  if (!pod.spec) throw new Error('the Pod has no spec')
  return pod.spec
}

export function functionOf(plan: PodPlan): ReturnType<typeof specOf>['containers'][number] {
  const [container, ...others] = specOf(plan).containers
  if (container?.name !== FUNCTION_CONTAINER || others.length > 0) throw new Error('not just the function')
  return container
}
