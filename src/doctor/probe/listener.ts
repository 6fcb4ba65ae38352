import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../../cluster/api-error.ts'
import { getPod } from '../../cluster/pods.ts'
import { RunError } from '../../errors/run-error.ts'
import type { Pod } from '../../kube/types.ts'
import { podName } from '../../plan/names.ts'
import type { RunRequest } from '../../request/run-request.ts'
import type { Patient } from '../patient.ts'
import { runHere } from './run-here.ts'
import { listening } from './script.ts'

const PORT = 8_080
const LOOK_MS = 250
const START_MS = 60_000

/** A Pod that can be reached, to be "another Pod". */
export interface Listener extends AsyncDisposable {
  /** One, or one of each family. */
  readonly addresses: readonly string[]
  readonly port: number
  readonly node: { readonly name: string; readonly address: string }
}

/** A run that goes on until it is interrupted: so its Pod is made, and taken away, as every other. */
export async function startListener(patient: Patient): Promise<Listener> {
  const { api, namespace, interrupted } = patient
  const request: RunRequest = {
    ...patient.request({ network: 'bridge', command: listening(PORT) }),
    lane: 'attach',
  }
  const runId = patient.host.newRunId()
  const enough = new AbortController()
  const ended = runHere(patient, request, {
    newRunId: () => runId,
    interrupted: AbortSignal.any([interrupted, enough.signal]),
  }).then(({ exitCode }) => {
    throw new Error(`the Pod that listens ended with ${exitCode}`)
  })
  ended.catch(() => undefined) // told of by the race, and expected in the end
  const end = async (): Promise<void> => {
    enough.abort(new RunError('INTERRUPTED', { by: 'the end of the probe' }))
    await Promise.allSettled([ended])
  }
  const name = podName(request.image, runId)
  try {
    const { status, spec } = await Promise.race([ended, running(() => getPod(api, { namespace, name }, {}))])
    return {
      addresses: (status?.podIPs ?? []).map(({ ip }) => ip),
      port: PORT,
      node: { name: spec?.nodeName ?? '', address: status?.hostIP ?? '' },
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

async function running(look: () => Promise<Pod>): Promise<Pod> {
  const end = performance.now() + START_MS
  while (performance.now() < end) {
    const pod = await look().catch(notThereYet)
    const [container] = pod?.status?.containerStatuses ?? []
    if (pod && container?.state?.running && pod.status?.podIPs?.length) return pod
    await sleep(LOOK_MS)
  }
  throw new Error(`the Pod that listens does not start within ${START_MS / 1000} s`)
}

function notThereYet(error: unknown): undefined {
  if (!(error instanceof ApiError) || error.status !== 404) throw error
}
