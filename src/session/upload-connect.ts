import { ApiError } from '../cluster/api-error.ts'
import { attach, type Connect } from '../cluster/container-streams.ts'
import type { Channels } from '../streams/channels.ts'
import type { SpdyStreams } from '../streams/spdy-streams.ts'
import { type DialBudget, isTooEarly } from './dial.ts'
import type { Target } from './target.ts'

/** From there on it pays: over SPDY a gigabyte is a third of the work for kubelet (docs/adr/0011). */
const SPDY_FROM_BYTES = 16 * 1024 * 1024

/**
 * How the caller's files are sent: much of them over SPDY, which has one chance in a run. Where it is not known, or what
 * was begun over it did not come through, a WebSocket is next.
 */
export function uploadConnect(target: Target, budget: DialBudget): Connect<Channels | SpdyStreams> {
  const { uploads = [], spdyFromBytes = SPDY_FROM_BYTES, dials } = target
  const bytes = uploads.reduce((sum, tree) => sum + tree.bytes, 0)
  if (bytes < spdyFromBytes) return attach
  const spendChance = (): void => {
    dials.hadSpdy = true
    // A node that was asked over SPDY says nothing of whom a WebSocket reaches.
    budget.sawDirectRefusal = false
  }
  return async (api, options) => {
    if (dials.hadSpdy) return attach(api, options)
    const { attachBySpdy } = await import('../cluster/attach-by-spdy.ts')
    try {
      const streams = await attachBySpdy(api, options)
      spendChance()
      return streams
    } catch (error) {
      if (isTooEarly(error)) throw error
      spendChance()
      if (!isFinal(error)) throw error
      dials.made += 1
      return attach(api, options)
    }
  }
}

/** Whatever a server that knows no SPDY means by it, it will say again of a WebSocket. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status < 500 && error.status !== 429
}
