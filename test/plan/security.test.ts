import { describe, expect, test } from 'vitest'
import { functionOf, planned, specOf } from './planned.ts'

const RUNTIME_DEFAULT = { seccompProfile: { type: 'RuntimeDefault' } }

describe('Pod Security "restricted"', () => {
  test('is passed as shipped', () => {
    const plan = planned('img')
    expect(specOf(plan)).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
    })
    expect(specOf(plan).securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65534,
      runAsGroup: 65534,
      ...RUNTIME_DEFAULT,
    })
    expect(functionOf(plan).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    })
  })

  test.each<[words: string, expected: object]>([
    ['--user nobody img', { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534 }],
    ['--user 1000:1000 img', { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 }],
    ['--user 1000:0 img', { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 0 }],
    ['--user 1000 img', { runAsNonRoot: true, runAsUser: 1000 }],
    ['--user 0:0 img', { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 }],
    ['--user 0 img', { runAsNonRoot: false, runAsUser: 0 }],
    ['--user root img', { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 }],
    [
      '--group-add 5 --group-add 7 img',
      { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, supplementalGroups: [5, 7] },
    ],
  ])(
    'F28: %s is a number in the Pod: of a name kubelet cannot tell that it is not root',
    (words, expected) => {
      expect(specOf(planned(words)).securityContext).toEqual({ ...expected, ...RUNTIME_DEFAULT })
    },
  )

  test('who the function is can be left to the namespace, but it is never root', () => {
    const plan = planned('img', { user: { kind: 'image' } })
    expect(specOf(plan).securityContext).toEqual({ runAsNonRoot: true, ...RUNTIME_DEFAULT })
  })

  test.each(['--cap-drop NET_RAW img', '--cap-drop ALL img', '--user 0:0 img', '--read-only img'])(
    '%s: no capability is left',
    (words) => {
      expect(functionOf(planned(words)).securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      })
    },
  )

  test.each([
    ['--read-only img', true],
    ['img', undefined],
  ])('%s: readOnlyRootFilesystem is %s', (words, expected) => {
    expect(functionOf(planned(words)).securityContext?.readOnlyRootFilesystem).toBe(expected)
  })

  test.each(['img', '--network host --user 0:0 --shm-size 1m --read-only -h web-1 img'])(
    '%s: nothing of the node is shared',
    (words) => {
      const text = JSON.stringify(planned(words).pod)
      expect(text).not.toMatch(/"host(Network|PID|IPC|Users|Path|Port)"|shareProcessNamespace|privileged/)
      expect(text).not.toMatch(/serviceAccount"|serviceAccountName|nodeName|priorityClassName|projected/)
    },
  )
})
