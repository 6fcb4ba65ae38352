import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { Passage } from './passage.ts'
import { quietTimer } from './quiet-timer.ts'
import { cutBy } from './sockets.ts'
import { type Due, ofKind } from './strikes.ts'

interface Streams {
  readonly server: Server
  readonly client: Duplex
  readonly upstream: Duplex
  readonly dues: readonly Due[]
}

/** Joins a client's SPDY connection to the API server's, byte by byte, with what is due to go wrong between them. */
export function joinSpdy({ server, client, upstream, dues }: Streams): void {
  const toClient = new Passage({ server, client, upstream, dues, side: 'answer' })
  const toServer = new Passage({ server, client, upstream, dues, side: 'sent' })
  const restart = quietTimer(dues, () => {
    cutBy('reset', { server, socket: client })
    upstream.destroy()
  })
  const change = changesData(dues)
  upstream.on('data', (chunk: Buffer) => {
    restart()
    toClient.write(chunk)
  })
  client.on('data', (chunk: Buffer) => {
    restart()
    toServer.write(change(chunk))
  })
  client.once('end', () => upstream.end())
  client.once('close', () => upstream.destroy())
  upstream.once('end', () => toClient.end())
  upstream.once('close', () => toClient.end())
}

const HEAD_BYTES = 8

/** The bytes of a client, with one changed of those that its data frames carry. */
function changesData(dues: readonly Due[]): (chunk: Buffer) => Buffer {
  const [due] = ofKind(dues, 'change')
  if (!due) return (chunk) => chunk
  let head: Buffer = Buffer.alloc(0)
  /** Of the frame that the next byte is in. */
  let left = 0
  let isData = false
  let passed = 0
  return (chunk) => {
    const changed = Buffer.from(chunk)
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        const more = chunk.subarray(at, at + HEAD_BYTES - head.length)
        head = Buffer.concat([head, more])
        at += more.length
        if (head.length < HEAD_BYTES) break
        left = head.readUIntBE(5, 3)
        isData = head.readUInt8() < 0x80
        head = Buffer.alloc(0)
        continue
      }
      const bytes = Math.min(left, chunk.length - at)
      const place = due.deed.at - passed
      if (isData && place >= 0 && place < bytes && due.take())
        changed[at + place] = (changed[at + place] ?? 0) ^ 1
      if (isData) passed += bytes
      left -= bytes
      at += bytes
    }
    return changed
  }
}
