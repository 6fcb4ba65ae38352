import { describe, expect, test } from 'vitest'
import { RunError } from '../../src/errors/run-error.ts'
import { apiFailure } from '../../src/session/api-failure.ts'
import { apiError, connectionError } from './errors.ts'

const WHERE = { namespace: 'functions', server: 'https://api.test:6443' }

describe('a failed request, in the words of the catalogue', () => {
  test.each([
    ['UNAUTHORIZED', apiError(401), 'https://api.test:6443'],
    ['FORBIDDEN', apiError(403, 'no'), 'not allowed to create pods in namespace functions: no'],
    [
      'NAMESPACE_NOT_FOUND',
      apiError(404, 'namespaces "functions" not found'),
      'namespace functions does not exist',
    ],
    ['API_REJECTED', apiError(404, 'pods "x" not found'), 'refused to create pods (404): pods "x" not found'],
    ['API_REJECTED', apiError(422, 'invalid'), '(422): invalid'],
    [
      'API_UNREACHABLE',
      connectionError('ECONNREFUSED'),
      'cannot reach the Kubernetes API at https://api.test:6443: connect ECONNREFUSED',
    ],
  ])('%s', (code, error, words) => {
    const failure = apiFailure(error, WHERE)
    expect(failure).toBeInstanceOf(RunError)
    expect(failure).toMatchObject({ code, exit: 125, cause: error })
    expect((failure as RunError).message).toContain(words)
  })

  test.each([
    apiError(422, 'spec.volumes[0]: Required value: must specify a volume type'),
    apiError(403, 'violates PodSecurity "restricted:latest": restricted volume types (volume "mount-0" …)'),
  ])('%s has a note about image volumes', (error) => {
    const { notes } = apiFailure(error, WHERE) as RunError
    expect(notes).toEqual([
      'Of the mounts, type=image needs image volumes, which Kubernetes has by default since 1.35.',
    ])
  })

  test('a Pod as root that Pod Security refuses has a note about the user', () => {
    const message =
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0)'
    expect(apiFailure(apiError(403, message), WHERE)).toMatchObject({
      code: 'FORBIDDEN',
      notes: [
        'The function was to run as root (--user 0:0, or --as-current-user by root), which this namespace refuses.',
      ],
    })
  })

  test.each([new TypeError('a fault of ours'), new RunError('NO_IMAGE', undefined), 'text', undefined])(
    '%s stays what it is',
    (error) => {
      expect(apiFailure(error, WHERE)).toBe(error)
    },
  )
})
