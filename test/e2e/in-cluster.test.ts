import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, fixture, image, kubectl, testNamespace } from './support/cluster.ts'
import { callerIn, manifest } from './support/service-account.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  await space.apply(await manifest('network-policy.yaml'))
  await callerIn(space.name)
})
afterAll(() => space[Symbol.asyncDispose]())

const SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
}

/** A Pod like Argo CD's repo server: uid 999, read-only root, nothing but the service account's projected token. */
function callingPod(name: string, script: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      serviceAccountName: 'caller',
      restartPolicy: 'Never',
      securityContext: { runAsUser: 999, runAsGroup: 999 },
      containers: [
        {
          name: 'caller',
          image: image('krmpod/krmpod:dev'),
          imagePullPolicy: 'Always',
          command: ['sh', '-c', script],
          securityContext: { ...SECURITY, readOnlyRootFilesystem: true },
        },
      ],
    },
  }
}

async function phaseOf(pod: string): Promise<string> {
  return kubectl(['get', 'pod', pod, '-n', space.name, '-o', 'jsonpath={.status.phase}'])
}

test('inside a Pod: the service account, its namespace, uid 999, the shipped Role, restricted Pod Security', async () => {
  const run = `docker run --rm -i --network none --user nobody ${fixture('cat')}`
  await space.apply(callingPod('inside', `printf in | ${run}; echo " exit $?"`))
  await eventually(
    () => phaseOf('inside'),
    (phase) => phase === 'Succeeded',
    60_000,
  )
  expect(await kubectl(['logs', 'inside', '-n', space.name])).toBe('in exit 0')
  expect(await space.pods()).toEqual(['pod/inside'])
})

test("the function's Pod is owned by the caller's, and goes with it however that ends", async () => {
  await space.apply(callingPod('owner', `docker run --network none ${fixture('hang')}`))
  const functions = async (): Promise<readonly string[]> =>
    (await space.pods()).filter((name) => name.includes('/krmpod-'))
  const [pod = ''] = await eventually(functions, (pods) => pods.length > 0, 60_000)
  const owner = await kubectl([
    'get',
    pod,
    '-n',
    space.name,
    '-o',
    'jsonpath={.metadata.ownerReferences[0].name}',
  ])
  expect(owner).toBe('owner')
  await kubectl(['delete', 'pod', 'owner', '-n', space.name, '--grace-period=0', '--force'])
  expect(await eventually(functions, (pods) => pods.length === 0, 15_000)).toEqual([])
})
