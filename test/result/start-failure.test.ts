import { describe, expect, test } from 'vitest'
import { podVerdict } from '../../src/result/pod-verdict.ts'
import { snapshot, terminated, waiting } from './snapshots.ts'

const RUNC =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init:'

describe('a container that cannot be created', () => {
  test.each([
    [
      'CreateContainerConfigError',
      'container has runAsNonRoot and image will run as root (pod: "krmpod-x_functions(6d5f)", container: function)',
    ],
    [
      'CreateContainerConfigError',
      'container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root',
    ],
    ['CreateContainerConfigError', "couldn't find key HOME in Secret functions/krmpod-x"],
    ['CreateContainerConfigError', 'configmap "settings" not found'],
    ['CreateContainerError', 'failed to generate container spec: no command specified'],
  ])('is final: %s, %s', (reason, event) => {
    expect(podVerdict(snapshot({ state: waiting(reason, event) }), 'function')).toMatchObject({
      kind: 'failed',
      error: { code: 'CONTAINER_CONFIG', exit: 125, details: { reason, event } },
    })
  })

  test.each([
    // The Secret with the caller's environment is made just after the Pod.
    ['CreateContainerConfigError', 'secret "krmpod-x" not found'],
    ['CreateContainerConfigError', 'failed to sync secret cache: timed out waiting for the condition'],
    ['CreateContainerError', 'context deadline exceeded'],
    [
      'CreateContainerError',
      'failed to reserve container name "function_krmpod-x_functions_6d5f_0": name "function_krmpod-x_functions_6d5f_0" is reserved for "4f1c"',
    ],
    ['CreateContainerError', 'rpc error: code = Unavailable desc = error reading from server: EOF'],
  ])('is waited for, and told: %s, %s', (reason, message) => {
    expect(podVerdict(snapshot({ state: waiting(reason, message) }), 'function')).toEqual({
      kind: 'waiting',
      phase: 'starting',
      detail: `${reason}: ${message}`,
    })
  })
})

describe('an entrypoint that cannot be started gives the exit status of docker', () => {
  test.each([
    [127, 'ENTRYPOINT_NOT_FOUND', `${RUNC} exec: "nope": executable file not found in $PATH`],
    [127, 'ENTRYPOINT_NOT_FOUND', `${RUNC} exec: "/nope": stat /nope: no such file or directory`],
    [126, 'NOT_EXECUTABLE', `${RUNC} exec: "/etc/passwd": permission denied`],
    [126, 'NOT_EXECUTABLE', `${RUNC} exec: "/": is a directory`],
    [126, 'NOT_EXECUTABLE', `${RUNC} exec /app: exec format error`],
    [125, 'CANNOT_START', `${RUNC} unable to apply cgroup configuration: cannot allocate memory`],
  ])('%d, %s: %s', (exit, code, message) => {
    for (const reason of ['StartError', 'ContainerCannotRun']) {
      const pod = snapshot({ phase: 'Failed', state: terminated(128, reason, message) })
      expect(podVerdict(pod, 'function')).toMatchObject({ kind: 'failed', error: { code, exit } })
    }
  })

  test('and says so when the runtime gives no reason', () => {
    const pod = snapshot({ state: terminated(128, 'StartError') })
    expect(podVerdict(pod, 'function')).toMatchObject({
      error: { message: 'the container cannot be started: the runtime gave no reason' },
    })
  })

  test('but a function that itself exits 126, 127 or 128 has a result', () => {
    for (const code of [126, 127, 128]) {
      const pod = snapshot({ phase: 'Failed', state: terminated(code, 'Error') })
      expect(podVerdict(pod, 'function')).toMatchObject({ kind: 'exited', code })
    }
  })
})
