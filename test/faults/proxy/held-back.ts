import type { OutgoingHttpHeaders, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { cutBy } from './sockets.ts'
import { type Due, ofKind } from './strikes.ts'

/** An answer of the proxy's own, in the API server's words. */
export interface Refusal {
  readonly code: number
  readonly headers: OutgoingHttpHeaders
  readonly body: string
}

interface Held {
  readonly server: Server
  readonly socket: Duplex
  readonly refuse: (refusal: Refusal) => void
}

/** True: the request never gets to the API server. */
export async function isHeldBack(dues: readonly Due[], { server, socket, refuse }: Held): Promise<boolean> {
  for (const { deed, take } of ofKind(dues, 'delay', 'refuse', 'cutRequest')) {
    if (!take()) continue
    if (deed.kind === 'delay') await sleep(deed.ms)
    else if (deed.kind === 'cutRequest') cutBy(deed.by, { server, socket })
    else refuse(refusal(deed.code))
    if (deed.kind !== 'delay') return true
  }
  return socket.destroyed
}

const WORDS = {
  429: ['TooManyRequests', 'the server has received too many requests'],
  500: ['InternalError', 'etcdserver: leader changed'],
  503: ['ServiceUnavailable', 'apiserver is shutting down'],
} as const

function refusal(code: keyof typeof WORDS): Refusal {
  const [reason, message] = WORDS[code]
  return {
    code,
    // Priority and fairness sends Retry-After with each of its 429.
    headers: { 'content-type': 'application/json', ...(code === 429 && { 'retry-after': '1' }) },
    body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code }),
  }
}
