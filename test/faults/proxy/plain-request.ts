import { once } from 'node:events'
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Deed } from './deed.ts'
import { isHeldBack, type Refusal } from './held-back.ts'
import { cutBy, reset } from './sockets.ts'
import { type Due, ofKind } from './strikes.ts'
import { headersFor, requestUpstream, type Upstream } from './upstream.ts'

export interface Exchange {
  readonly server: Server
  readonly upstream: Upstream
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly dues: readonly Due[]
}

/** One request that is answered and done with, or a watch. */
export async function passOn(exchange: Exchange): Promise<void> {
  const { request, response, upstream, dues, server } = exchange
  const body = await buffer(request)
  const { socket } = request
  const refuse = (refusal: Refusal): void => answerWith(response, refusal)
  if (await isHeldBack(dues, { server, socket, refuse })) return
  const outgoing = await requestUpstream(request, upstream, { 'content-length': String(body.length) })
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy()
  })
  const answer = await answerTo(outgoing, body)
  const lost = ofKind(dues, 'loseAnswer').find(({ take }) => take())
  if (lost) {
    await buffer(answer)
    loseAnswer(exchange, lost.deed)
    return
  }
  response.writeHead(answer.statusCode ?? 500, headersFor(answer))
  if (/[?&]watch=(1|true)/.test(request.url ?? '')) await passStream(answer, exchange)
  else await passBody(await buffer(answer), exchange)
}

async function answerTo(outgoing: ClientRequest, body: Buffer): Promise<IncomingMessage> {
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return answer
}

function answerWith(response: ServerResponse, { code, headers, body }: Refusal): void {
  response.writeHead(code, headers).end(body)
}

function loseAnswer(
  { request, response, server }: Exchange,
  { by }: Extract<Deed, { kind: 'loseAnswer' }>,
): void {
  if (by === 'reset') reset(server, request.socket)
  else if (by === 'gateway') response.writeHead(502, { 'content-type': 'text/plain' }).end('Bad Gateway')
}

/** A whole answer, or its first bytes. */
async function passBody(body: Buffer, { request, response, dues, server }: Exchange): Promise<void> {
  const { socket } = request
  const cut = answerCuts(dues).find(({ take }) => take())
  if (cut) {
    response.flushHeaders()
    response.write(body.subarray(0, cut.deed.at % Math.max(1, body.length)), () =>
      cutBy(cut.deed.by, { server, socket }),
    )
    return
  }
  await new Promise<void>((resolve) => response.end(body, resolve))
  const [idle] = ofKind(dues, 'dropIdle')
  if (!idle) return
  await sleep(idle.deed.quietMs)
  if (!socket.destroyed && idle.take()) reset(server, socket)
}

/** Event by event, as long as both sides stay. */
async function passStream(from: IncomingMessage, exchange: Exchange): Promise<void> {
  const { request, response, dues, server } = exchange
  const [cut] = answerCuts(dues)
  const [idle] = ofKind(dues, 'dropIdle')
  const drop = (): void => {
    if (!request.socket.destroyed && idle?.take()) reset(server, request.socket)
  }
  let timer = idle && setTimeout(drop, idle.deed.quietMs)
  let passed = 0
  response.once('close', () => clearTimeout(timer))
  response.flushHeaders()
  for await (const chunk of from as AsyncIterable<Buffer>) {
    clearTimeout(timer)
    if (cut && passed + chunk.length > cut.deed.at && cut.take()) {
      response.write(chunk.subarray(0, cut.deed.at - passed), () =>
        cutBy(cut.deed.by, { server, socket: request.socket }),
      )
      return
    }
    passed += chunk.length
    response.write(chunk)
    if (idle) timer = setTimeout(drop, idle.deed.quietMs)
  }
  response.end()
}

function answerCuts(dues: readonly Due[]): readonly Due<Extract<Deed, { kind: 'cut' }>>[] {
  return ofKind(dues, 'cut').filter(({ deed }) => deed.side === 'answer')
}
