import { afterAll, beforeAll, expect, test } from 'vitest'
import { denyAllPolicy } from '../../src/plan/network-policy.ts'
import { eventually, fixture, image, kubectl, testNamespace } from './support/cluster.ts'
import { callerIn } from './support/service-account.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  await space.apply(denyAllPolicy(space.name))
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

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** As a caller whose token is replaced while a function runs: first the given one, then what the kubelet projects. */
function withReplacedToken(pod: object, firstToken: string): object {
  const { spec, ...rest } = pod as { spec: { containers: object[] } }
  const projected = [
    { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ]
  return {
    ...rest,
    spec: {
      ...spec,
      automountServiceAccountToken: false,
      volumes: [
        { name: 'account', emptyDir: {} },
        { name: 'projected', projected: { sources: projected } },
      ],
      containers: spec.containers.map((container) => ({
        ...container,
        env: [{ name: 'FIRST_TOKEN', value: firstToken }],
        volumeMounts: [
          { name: 'account', mountPath: SERVICE_ACCOUNT },
          { name: 'projected', mountPath: '/projected' },
        ],
      })),
    },
  }
}

test('a token that is replaced while a function runs is read again', async () => {
  const bound = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'until-replaced' } }
  await space.apply(bound)
  const create = ['create', 'token', 'caller', '-n', space.name, '--bound-object-kind', 'Secret']
  const token = (await kubectl([...create, '--bound-object-name', bound.metadata.name])).trim()
  const script = `cd ${SERVICE_ACCOUNT}; cp /projected/ca.crt /projected/namespace .; printf %s "$FIRST_TOKEN" >token
    printf in | docker run -i --network none -e SECONDS=25 ${fixture('slow')} 2>&1 &
    sleep 5; cp /projected/token next; mv next token; wait $!; echo " exit $?"`
  await space.apply(withReplacedToken(callingPod('rotating', script), token))
  const functions = async (): Promise<readonly string[]> =>
    (await space.pods()).filter((name) => name.includes('/krmpod-'))
  await eventually(functions, (pods) => pods.length > 0, 60_000)
  await kubectl(['delete', 'secret', bound.metadata.name, '-n', space.name])
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } }
  const isGood = async (): Promise<boolean> => {
    const answer = await kubectl(['create', '-f', '-', '-o', 'json'], JSON.stringify(review))
    return (JSON.parse(answer) as { status: { authenticated?: boolean } }).status.authenticated ?? false
  }
  // The old token is worth nothing any more while the function still runs.
  expect(await eventually(isGood, (good) => !good, 30_000)).toBe(false)
  expect(await phaseOf('rotating')).toBe('Running')
  await eventually(
    () => phaseOf('rotating'),
    (phase) => phase === 'Succeeded',
    60_000,
  )
  expect(await kubectl(['logs', 'rotating', '-n', space.name])).toMatch(/in exit 0$/m)
})
