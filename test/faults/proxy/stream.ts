import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { changesStdin } from './changed-stdin.ts'
import { Passage } from './passage.ts'
import { quietTimer } from './quiet-timer.ts'
import { cutBy } from './sockets.ts'
import { type Link, stepsFor } from './stream-deeds.ts'
import type { Due } from './strikes.ts'
import { type Frame, FrameReader, OPCODE, plainPayload } from './websocket.ts'

interface Streams {
  readonly server: Server
  readonly client: Duplex
  readonly upstream: Duplex
  readonly dues: readonly Due[]
  readonly isV4: boolean
}

/** Joins a client's WebSocket to the API server's, frame by frame, with what is due to go wrong between them. */
export function joinStreams({ server, client, upstream, dues, isV4 }: Streams): void {
  // Over v4 it is never sent on the connection that is read to its end, and on the other one it ends by closing.
  const link: Link = { isV4, stdinEnded: isV4, staysOpen: false, endClient: () => client.end() }
  const toClient = new Passage({ server, client, upstream, dues, side: 'answer' })
  const toServer = new Passage({ server, client, upstream, dues, side: 'sent' })
  const restart = quietTimer(dues, () => {
    cutBy('reset', { server, socket: client })
    upstream.destroy()
  })

  const steps = stepsFor(dues, link)
  const answers = new FrameReader()
  upstream.on('data', (chunk: Buffer) => {
    restart()
    const frames = steps.reduce((all, step) => step(all), answers.push(chunk))
    for (const { raw } of frames) toClient.write(raw)
  })
  const sent = new FrameReader()
  const change = changesStdin(dues)
  client.on('data', (chunk: Buffer) => {
    restart()
    const frames = sent.push(chunk)
    for (const frame of frames) noteStdin(frame, link)
    if (!change) toServer.write(chunk)
    else for (const frame of frames) toServer.write(change(frame))
  })

  client.once('end', () => upstream.end())
  client.once('close', () => upstream.destroy())
  upstream.once('end', () => {
    if (!link.staysOpen) toClient.end()
  })
  upstream.once('close', () => {
    if (!link.staysOpen) toClient.end()
  })
}

/** v5 says the end of stdin in two bytes: 255 and the channel. */
function noteStdin(frame: Frame, link: Link): void {
  if (frame.opcode !== OPCODE.binary) return
  if (link.isV4) link.stdinEnded = false
  else link.stdinEnded ||= frame.payload.length === 2 && plainPayload(frame)[0] === 255
}
