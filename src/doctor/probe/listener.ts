import { setTimeout as sleep } from 'node:timers/promises'
import { createPod, deletePod, getPod } from '../../cluster/pods.ts'
import type { Pod } from '../../kube/types.ts'
import type { Patient } from '../patient.ts'
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

export async function startListener(patient: Patient): Promise<Listener> {
  const { api } = patient
  const { pod } = await patient.plan({
    ...patient.request({ network: 'bridge', command: listening(PORT) }),
    lane: 'attach',
  })
  const created = await createPod(api, pod, {})
  const named = { namespace: patient.namespace, name: pod.metadata.name }
  const uid = created.metadata?.uid ?? ''
  // It may be gone already; and it ends by itself, where it cannot be deleted.
  const end = (): Promise<void> => deletePod(api, { ...named, uid, graceSeconds: 0 }).catch(() => undefined)
  try {
    const look = (): Promise<Pod> => getPod(api, named, { signal: patient.interrupted })
    const { status, spec } = await running(look)
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
  for (;;) {
    const pod = await look()
    const [container] = pod.status?.containerStatuses ?? []
    if (container?.state?.running && pod.status?.podIPs?.length) return pod
    const { terminated, waiting } = container?.state ?? {}
    if (terminated) throw new Error(`it ended with ${terminated.exitCode}`)
    if (performance.now() > end)
      throw new Error(
        `it does not start: ${waiting?.reason ?? pod.status?.phase ?? 'unknown'} ${waiting?.message ?? ''}`,
      )
    await sleep(LOOK_MS)
  }
}
