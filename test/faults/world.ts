import type { RunPlan } from './plan.ts'
import type { Identity } from './proxy/identity.ts'
import type { Upstream } from './proxy/upstream.ts'

/** Where runs take place: each at a fake API server of its own, or all of them in one real cluster. */
export interface World extends AsyncDisposable {
  /** The proxy's, where the API server speaks TLS. */
  readonly identity?: Identity
  readonly namespace: string
  /** How Pods pull a fixture: `cat`. */
  readonly image: (name: string) => string
  /** `onStruck`: told when a fault that the server itself commits took effect. */
  readonly place: (plan: RunPlan, onStruck: (kind: string) => void) => Promise<Place>
  /** Pods and Secrets that are there when all is over. */
  readonly remains: () => Promise<readonly string[]>
}

/** What one run sees of it. */
interface Place extends AsyncDisposable {
  readonly upstream: Upstream
  /** Pods and Secrets of these runs that nobody has deleted, once they have had their time to go. */
  readonly remains: (runIds: readonly string[]) => Promise<readonly string[]>
  /** Removes them. */
  readonly sweep: (names: readonly string[]) => Promise<void>
}

/** Asks until nothing is left, or for so long. */
export async function goneWithin(
  ms: number,
  remains: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const end = performance.now() + ms
  for (;;) {
    const left = await remains()
    if (left.length === 0 || performance.now() > end) return left
    await new Promise((resolve) => setTimeout(resolve, ms / 20))
  }
}
