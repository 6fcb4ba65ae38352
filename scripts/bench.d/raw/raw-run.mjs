// The floor: what krmpod does for a fresh Pod with `--network none`, call by call, and nothing else.
import { setTimeout as sleep } from 'node:timers/promises'
import { Conversation } from './conversation.mjs'
import { PodWatch } from './pod-watch.mjs'

const SECOND_DIAL_PAUSE_MS = 75
const DIAL_PAUSE_MS = 25
const NUDGES = [
  [40, '11m'],
  [60, '9m'],
  [120, '11m'],
]

/** `pod`: as `krmpod run --dry-run` prints it. Resolves to what the run took, in all and in krmpod's own phases. */
export async function rawRun(server, { pod, name, input }) {
  const clock = stopwatch()
  const { namespace } = pod.metadata
  const pods = `/api/v1/namespaces/${namespace}/pods`
  clock.enter('checking the network policy')
  const watch = new PodWatch(server, `${pods}?watch=1&fieldSelector=metadata.name%3D${name}`)
  await Promise.all([
    watch.opened,
    server.call('GET', `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`),
  ])
  clock.enter('creating the Pod')
  await server.call('POST', pods, { body: { ...pod, metadata: { ...pod.metadata, name } } })
  clock.enter('scheduling')
  await watch.until('PodScheduled')
  clock.enter('preparing the Pod')
  await watch.until('PodReadyToStartContainers')
  clock.enter('starting the container')
  const socket = await attach(server, `${pods}/${name}`)
  clock.enter('running')
  const stdout = await new Conversation(socket).say(input)
  clock.enter('reading the exit code')
  const exitCode = await endOf(watch, (cpu) => nudge(server, `${pods}/${name}`, cpu))
  clock.enter('proving the output whole')
  await server.call('GET', `${pods}/${name}/log?container=function&limitBytes=10485760`)
  clock.enter('cleaning up')
  watch.close()
  await server.call('DELETE', `${pods}/${name}`, {
    body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 },
  })
  if (exitCode !== 0 || !stdout.equals(input))
    throw new Error(`raw run: exit ${exitCode}, ${stdout.length} bytes`)
  return clock.stop()
}

async function attach(server, pod) {
  for (let pauseMs = SECOND_DIAL_PAUSE_MS; ; pauseMs = DIAL_PAUSE_MS) {
    const socket = await server.dial(`${pod}/attach?container=function&stdin=true&stdout=true&stderr=true`)
    if (socket) return socket
    await sleep(pauseMs)
  }
}

/** Has kubelet look when the runtime has likely noticed the end itself, and again if it had not. */
async function endOf(watch, nudge) {
  let seen = false
  const nudging = async () => {
    for (const [pauseMs, cpu] of NUDGES) {
      await sleep(pauseMs)
      if (seen) return
      await nudge(cpu)
    }
  }
  nudging().catch(() => undefined)
  return watch.exitCode().finally(() => {
    seen = true
  })
}

function nudge(server, pod, cpu) {
  return server.call('PATCH', `${pod}/resize`, {
    type: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: cpu }],
  })
}

function stopwatch() {
  const start = performance.now()
  const marks = []
  return {
    enter: (phase) => marks.push({ phase, at: performance.now() }),
    stop: () => {
      const end = performance.now()
      const phases = marks.map(({ phase, at }, i) => [phase, (marks[i + 1]?.at ?? end) - at])
      return { ms: end - start, phases: Object.fromEntries(phases) }
    },
  }
}
