import type { ClientRequest, IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { isHeldBack, type Refusal } from './held-back.ts'
import { reset } from './sockets.ts'
import { joinSpdy } from './spdy-stream.ts'
import { joinStreams } from './stream.ts'
import { type Due, ofKind } from './strikes.ts'
import { headersFor, requestUpstream, type Upstream } from './upstream.ts'

export interface Upgrade {
  readonly server: Server
  readonly upstream: Upstream
  readonly request: IncomingMessage
  readonly client: Duplex
  readonly head: Buffer
  /** Due to the request. */
  readonly dues: readonly Due[]
  /** Due to the stream, asked for when there is one. */
  readonly streamDues: () => readonly Due[]
}

/** One attach: asked for upstream, and joined to the client when it is granted. */
export async function passUpgrade(upgrade: Upgrade): Promise<void> {
  const { server, upstream, request, client, head, dues, streamDues } = upgrade
  const refuse = (refusal: Refusal): void => answerRaw(client, refusal)
  if (await isHeldBack(dues, { server, socket: client, refuse })) return
  const isSpdy = request.headers.upgrade === 'SPDY/3.1'
  const [v4Only] = isSpdy ? [] : ofKind(dues, 'v4Only')
  const wanted = {
    connection: 'Upgrade',
    upgrade: request.headers.upgrade,
    ...(v4Only && { 'sec-websocket-protocol': 'v4.channel.k8s.io' }),
  }
  const outgoing = await requestUpstream(request, { ...upstream, agent: false }, wanted)
  client.once('close', () => outgoing.destroy())
  const { answer, opened } = await answerTo(outgoing)
  if (!opened) {
    const body = (await buffer(answer)).toString()
    refuse({ code: answer.statusCode ?? 500, headers: headersFor(answer), body })
    return
  }
  v4Only?.take()
  const streams = streamDues()
  opened.socket.on('error', () => undefined)
  if (losesAnswer(streams, { server, client, upstream: opened.socket })) return
  client.write(headOf(answer))
  if (head.length > 0) client.unshift(head)
  if (opened.head.length > 0) opened.socket.unshift(opened.head)
  const joined = { server, client, upstream: opened.socket, dues: streams }
  const isV4 = String(answer.headers['sec-websocket-protocol']).startsWith('v4')
  if (isSpdy) joinSpdy(joined)
  else joinStreams({ ...joined, isV4 })
}

interface Answered {
  readonly answer: IncomingMessage
  /** The answer is 101. */
  readonly opened?: { readonly socket: Duplex; readonly head: Buffer }
}

function answerTo(outgoing: ClientRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', (answer) => resolve({ answer }))
    outgoing.once('upgrade', (answer, socket, head) => resolve({ answer, opened: { socket, head } }))
    outgoing.once('error', reject)
    outgoing.end()
  })
}

/** The node has attached, and its 101 gets lost. The end of that attach follows, soon or when the client gives up. */
function losesAnswer(
  dues: readonly Due[],
  { server, client, upstream }: { server: Server; client: Duplex; upstream: Duplex },
): boolean {
  const lost = ofKind(dues, 'loseAnswer').find(({ take }) => take())
  if (!lost) return false
  const { by } = lost.deed
  if (by === 'reset') reset(server, client)
  if (by === 'gateway') answerRaw(client, { code: 502, headers: {}, body: 'Bad Gateway' })
  upstream.resume()
  if (by === 'stall') client.once('close', () => upstream.destroy())
  else upstream.destroy()
  return true
}

function answerRaw(socket: Duplex, { code, headers, body }: Refusal): void {
  const all = { ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) }
  socket.end(`HTTP/1.1 ${code} \r\n${lines(all)}\r\n${body}`)
}

function headOf({ rawHeaders }: IncomingMessage): string {
  const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}\r\n`] : []))
  return `HTTP/1.1 101 Switching Protocols\r\n${pairs.join('')}\r\n`
}

function lines(headers: Refusal['headers']): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}\r\n`)
    .join('')
}
