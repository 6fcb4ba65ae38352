import { setMaxListeners } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiError } from '../../src/cluster/api-error.ts'
import { attach } from '../../src/cluster/container-streams.ts'
import { createPolicy, listPolicies } from '../../src/cluster/network-policies.ts'
import {
  createPod,
  createSecret,
  deletePod,
  deleteSecret,
  getPod,
  openGates,
  resizeCpu,
} from '../../src/cluster/pods.ts'
import { lines, noise } from '../doubles/fake-cluster/probe.ts'
import {
  attachTo,
  CONTAINER,
  eventually,
  exited,
  logOf,
  make,
  podOf,
  refusalOf,
  type Setting,
  stateOf,
  stdinOf,
} from './setting.ts'

const NEVER = { 'krmpod.dev/no-such': 'node' }
const V4 = ['v4.channel.k8s.io']
const NOBODY = '00000000-0000-4000-8000-000000000000'

function uidOf({ metadata }: { readonly metadata?: { readonly uid?: string } }): string {
  return metadata?.uid ?? ''
}

/**
 * What krmpod relies on in an API server and its node (a false open aside, which is of 1.30 to 1.35): the same
 * assertions for the fake and for a real one, so that the fake is true.
 */
export function contract(open: () => Promise<Setting & AsyncDisposable>): void {
  let setting: Setting & AsyncDisposable
  const leaving = new AbortController()
  const { signal } = leaving
  setMaxListeners(0, signal)
  beforeAll(async () => {
    setting = await open()
  })
  afterAll(async () => {
    leaving.abort()
    await setting[Symbol.asyncDispose]()
  })
  const start = (words: readonly string[], spec = {}) => make(setting, podOf(setting, words, spec), signal)
  const named = (name: string) => ({ namespace: setting.namespace, name })
  const dialOnce = (name: string) => {
    const sinks = { stdout: () => undefined, stderr: () => undefined }
    return attach(setting.api, { ...named(name), container: CONTAINER, sinks, signal })
  }

  describe('Pods', () => {
    test('one is created once: the second time it is AlreadyExists', async () => {
      const pod = podOf(setting, ['read'], { nodeSelector: NEVER })
      const made = await createPod(setting.api, pod, {})
      expect(made.metadata).toMatchObject({
        name: pod.metadata?.name,
        annotations: { 'krmpod.dev/run-id': 'x' },
      })
      expect(made.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/)
      expect(await refusalOf(createPod(setting.api, pod, {}))).toMatchObject({
        status: 409,
        reason: 'AlreadyExists',
      })
    })

    test('one with a scheduling gate waits until it is taken away', async () => {
      const pod = await start(['exit=0'], { schedulingGates: [{ name: 'krmpod.dev/test' }] })
      const reason = await pod.until((change) =>
        change.kind === 'seen'
          ? change.pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.reason
          : undefined,
      )
      expect(reason).toBe('SchedulingGated')
      await openGates(setting.api, named(pod.name), {})
      expect(await pod.until(exited)).toMatchObject({ exitCode: 0 })
      expect((await getPod(setting.api, named(pod.name), {})).spec).not.toHaveProperty('schedulingGates')
    })

    test('none is created in a namespace that is not there', async () => {
      const elsewhere = { ...setting, namespace: 'no-such-namespace' }
      const refusal = await refusalOf(createPod(setting.api, podOf(elsewhere, []), {}))
      expect(refusal).toMatchObject({ status: 404, message: 'namespaces "no-such-namespace" not found' })
    })

    test.each([
      [0, 'Completed'],
      [3, 'Error'],
    ])('a watch tells of a life in its order: waiting, running, exit %i, gone', async (code, reason) => {
      const pod = await start(['read', `exit=${code}`])
      const { channels } = await attachTo(setting, pod.name)
      await pod.until((change) => stateOf(change)?.running)
      await channels.feed(stdinOf(''))
      expect(await pod.until(exited)).toMatchObject({ exitCode: code, reason })
      await deletePod(setting.api, { ...named(pod.name), uid: uidOf(pod.made), graceSeconds: 0 })
      await pod.until((change) => (change.kind === 'gone' ? true : undefined))
      const kinds = pod.changes.map((change) => Object.keys(stateOf(change) ?? { [change.kind]: 1 })[0])
      const order = ['seen', 'waiting', 'running', 'terminated', 'gone']
      expect(kinds.toSorted((a = '', b = '') => order.indexOf(a) - order.indexOf(b))).toEqual(kinds)
      expect(new Set(kinds)).toEqual(new Set(order))
    })

    test('a watch that begins late is told what there is', async () => {
      const pod = await start(['exit=0'])
      await pod.until(exited)
      const made = podOf(setting, [])
      const late = { ...made, metadata: { ...made.metadata, name: pod.name } }
      // It cannot be made again, and its watch has been opened by then.
      expect(await refusalOf(make(setting, late, signal))).toMatchObject({ status: 409 })
      expect(
        (await getPod(setting.api, named(pod.name), {})).status?.containerStatuses?.[0]?.state,
      ).toMatchObject({
        terminated: { exitCode: 0 },
      })
    })

    test('one is deleted by its UID, and by no other', async () => {
      const { name, made, until } = await start(['read'], { nodeSelector: NEVER })
      const refusal = refusalOf(deletePod(setting.api, { ...named(name), uid: NOBODY, graceSeconds: 0 }))
      expect(await refusal).toMatchObject({ status: 409, reason: 'Conflict' })
      await deletePod(setting.api, { ...named(name), uid: uidOf(made), graceSeconds: 0 })
      await until((change) => (change.kind === 'gone' ? true : undefined))
      expect(await refusalOf(getPod(setting.api, named(name), {}))).toMatchObject({
        status: 404,
        reason: 'NotFound',
      })
      const again = refusalOf(deletePod(setting.api, { ...named(name), uid: uidOf(made), graceSeconds: 0 }))
      expect(await again).toMatchObject({ status: 404, reason: 'NotFound' })
    })

    test('a resize of a running container is accepted', async () => {
      const pod = await start(['read'])
      await attachTo(setting, pod.name)
      await pod.until((change) => stateOf(change)?.running)
      await expect(
        resizeCpu(setting.api, { ...named(pod.name), cpuRequest: '11m' }, {}),
      ).resolves.toBeUndefined()
    })

    test('a container waits for the Secret of its environment, and its Secret goes with the Pod', async () => {
      const pod = podOf(setting, ['read', 'stdout=$TOKEN'])
      const name = pod.metadata?.name ?? ''
      const [container] = pod.spec?.containers ?? []
      const env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name, key: 'TOKEN' } } }]
      const spec = { ...pod.spec, containers: container ? [{ ...container, args: ['read'], env }] : [] }
      const { made, until } = await make(setting, { ...pod, spec }, signal)
      const waiting = await until((change) =>
        stateOf(change)?.waiting?.reason === 'CreateContainerConfigError'
          ? stateOf(change)?.waiting
          : undefined,
      )
      expect(waiting.message).toBe(`secret "${name}" not found`)
      expect(await refusalOf(dialOnce(name))).toMatchObject({
        status: 500,
        message: expect.stringMatching(/container .* not found/) as string,
      })
      expect(await refusalOf(logOf(setting, name))).toMatchObject({
        status: 400,
        message: expect.stringContaining('is waiting to start') as string,
      })
      const owner = { apiVersion: 'v1', kind: 'Pod', name, uid: uidOf(made) }
      const metadata = { ...named(name), ownerReferences: [owner] }
      const secret = await createSecret(
        setting.api,
        { apiVersion: 'v1', kind: 'Secret', metadata, data: { TOKEN: 'eA==' } },
        {},
      )
      const { channels } = await attachTo(setting, name)
      await channels.feed(stdinOf(''))
      expect(await until(exited)).toMatchObject({ exitCode: 0 })
      const notThis = refusalOf(deleteSecret(setting.api, { ...named(name), uid: NOBODY }))
      expect(await notThis).toMatchObject({ status: 409, reason: 'Conflict' })
      await deletePod(setting.api, { ...named(name), uid: uidOf(made), graceSeconds: 0 })
      const gone = await eventually(
        () =>
          deleteSecret(setting.api, { ...named(name), uid: uidOf(secret) }).then(
            () => 200,
            (error: unknown) => (error instanceof ApiError ? error.status : 0),
          ),
        (status) => status === 404,
      )
      expect(gone).toBe(404)
    })
  })

  test('a network policy is listed once it is there, and created once', async () => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: named('contract'),
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }
    expect(await listPolicies(setting.api, setting.namespace, {})).toEqual([])
    await createPolicy(setting.api, policy, {})
    expect(await listPolicies(setting.api, setting.namespace, {})).toMatchObject([{ spec: policy.spec }])
    const again = await refusalOf(createPolicy(setting.api, policy, {}))
    expect(again).toMatchObject({ status: 409, reason: 'AlreadyExists' })
  })

  describe('attach', () => {
    test('is refused where there is no node yet', async () => {
      const { name } = await start(['read'], { nodeSelector: NEVER })
      expect(await refusalOf(dialOnce(name))).toMatchObject({
        status: 400,
        message: expect.stringContaining('does not have a host assigned') as string,
      })
    })

    test('is refused where there is no Pod', async () => {
      expect(await refusalOf(dialOnce('no-such-pod'))).toMatchObject({ status: 404 })
    })

    test('is refused when the container has ended', async () => {
      const pod = await start(['exit=0'])
      await pod.until(exited)
      expect(await refusalOf(dialOnce(pod.name))).toMatchObject({
        status: 500,
        message: expect.stringMatching(/container .* not found/) as string,
      })
    })

    test.each([0, 1, 100_000])('carries %i bytes in, their end, and both streams back', async (size) => {
      const input = noise(size)
      const pod = await start(['read', 'stderr=warning\\n', 'echo'])
      const { channels, stdout, stderr } = await attachTo(setting, pod.name)
      expect(channels.protocol).toBe('v5.channel.k8s.io')
      await channels.feed(stdinOf(input))
      expect(await channels.ended).toEqual({ status: { kind: 'success' }, closeCode: 1000 })
      expect(channels.stdinTaken).toBe(true)
      expect(stdout().equals(input)).toBe(true)
      expect(stderr().toString()).toBe('warning\n')
      expect(await pod.until(exited)).toMatchObject({ exitCode: 0 })
    })

    test('carries 5 MiB', async () => {
      const pod = await start(['read', 'random=5MiB'])
      const { channels, stdout } = await attachTo(setting, pod.name)
      await channels.feed(stdinOf('x'))
      expect((await channels.ended).status).toEqual({ kind: 'success' })
      expect(stdout().equals(noise(5 * 1024 * 1024))).toBe(true)
    })

    test('says success, too, when the function has left stdin unread', async () => {
      const pod = await start(['sleep=1', 'exit=0'])
      const { channels } = await attachTo(setting, pod.name)
      void channels.feed(stdinOf(noise(1024 * 1024)))
      // A pong may have come or not: there is room for that much on the way (a node of 1.36 answered it).
      expect((await channels.ended).status).toEqual({ kind: 'success' })
      expect(await pod.until(exited)).toMatchObject({ exitCode: 0 })
    })

    test('that is left ends stdin: the function reads what came, and an end', async () => {
      const pod = await start(['copy', 'stdout=and no more\\n'])
      const { channels, stdout } = await attachTo(setting, pod.name)
      void channels.feed(stdinOf('hello\n', { ends: false }))
      await eventually(
        () => Promise.resolve(stdout().toString()),
        (said) => said === 'hello\n',
      )
      channels.terminate()
      expect(await pod.until(exited)).toMatchObject({ exitCode: 0 })
      expect((await logOf(setting, pod.name)).toString()).toBe('hello\nand no more\n')
    })

    test('gives what is written from then on; the log has all', async () => {
      const pod = await start(['stdout=early\\n', 'read', 'stdout=late\\n'])
      await eventually(
        () => logOf(setting, pod.name).catch(() => Buffer.alloc(0)),
        (log) => log.toString() === 'early\n',
      )
      const { channels, stdout } = await attachTo(setting, pod.name)
      await channels.feed(stdinOf('x'))
      await channels.ended
      expect(stdout().toString()).toBe('late\n')
      await pod.until(exited)
      expect((await logOf(setting, pod.name)).toString()).toBe('early\nlate\n')
    })

    test('over v4: a second connection carries stdin, and its end is the end of stdin', async () => {
      const input = noise(100_000)
      const pod = await start(['read', 'echo'])
      const reader = await attachTo(setting, pod.name, { protocols: V4 })
      expect(reader.channels.protocol).toBe('v4.channel.k8s.io')
      const feeder = await attachTo(setting, pod.name, { protocols: V4 })
      expect(await feeder.channels.feedAndClose(stdinOf(input))).toBe(true)
      expect((await reader.channels.ended).status).toEqual({ kind: 'success' })
      expect(reader.stdout().equals(input)).toBe(true)
    })
  })

  describe('the log', () => {
    /** Of a container that has done these steps. */
    const ended = async (words: readonly string[]): Promise<string> => {
      const pod = await start(words)
      await pod.until(exited)
      return pod.name
    }

    test('is empty where there is no node yet', async () => {
      const { name } = await start(['read'], { nodeSelector: NEVER })
      expect((await logOf(setting, name)).length).toBe(0)
    })

    test('is whole when the exit code is known', async () => {
      const name = await ended(['text=300KiB'])
      expect((await logOf(setting, name)).equals(lines(300 * 1024))).toBe(true)
    })

    test('has both streams, line by line', async () => {
      const log = (await logOf(setting, await ended(['stdout=one\\n', 'stderr=two\\n']))).toString()
      expect(log.split('\n').toSorted()).toEqual(['', 'one', 'two'])
    })

    test('lacks a CR before a LF, and nothing else', async () => {
      const name = await ended(['stdout=a\\r\\nb\\rc\\n\\r\\nend'])
      expect((await logOf(setting, name)).toString()).toBe('a\nb\rc\n\nend')
    })

    test('is cut by limitBytes and tailLines', async () => {
      const name = await ended(['text=100KiB'])
      const all = lines(100 * 1024)
      const head = await logOf(setting, name, { limitBytes: '1000' })
      expect(head.equals(all.subarray(0, 1000))).toBe(true)
      const tail = await logOf(setting, name, { tailLines: '3' })
      expect(tail.toString()).toBe(all.toString().trimEnd().split('\n').slice(-3).join('\n'))
    })

    test('counts a line for every 16 KiB of a long one', async () => {
      const name = await ended([`stdout=${'x'.repeat(40 * 1024)}`])
      expect((await logOf(setting, name)).length).toBe(40 * 1024)
      expect((await logOf(setting, name, { tailLines: '1' })).length).toBe(8 * 1024)
    })
  })
}
