import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import type { AttachFaults } from './attach-faults.ts'
import type { FakeContainer } from './container.ts'
import { HttpFailure } from './http-failure.ts'
import { OutputSender } from './output-sender.ts'
import { SpdySocket } from './spdy-socket.ts'
import { type EarlyFrame, StdinReceiver } from './stdin-receiver.ts'

export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

interface Wanted {
  readonly name: string
  /** Looked at again after the upgrade, for it may have started by then. */
  readonly container: () => FakeContainer | undefined
  /** kubelet's words where there is none. */
  readonly missing: string
}

const ANSWER_MS = 7
const DEFAULT = { version: 'direct' } as const satisfies AttachFaults

/** `pods/attach` and `pods/exec` of API server and node. */
export class AttachEndpoint {
  readonly #faults: AttachFaults
  readonly #server: WebSocketServer
  #attached = 0
  /** Attaches over SPDY that were granted. */
  bySpdy = 0

  constructor(faults: AttachFaults = {}) {
    this.#faults = { ...DEFAULT, ...faults }
    const known = faults.version === 'v4' ? ['v4.channel.k8s.io'] : ['v5.channel.k8s.io', 'v4.channel.k8s.io']
    const handleProtocols = (offered: Set<string>): string | false =>
      [...offered].find((name) => known.includes(name)) ?? false
    this.#server = new WebSocketServer({
      noServer: true,
      autoPong: false,
      handleProtocols,
      perMessageDeflate: false,
    })
  }

  /** Throws HttpFailure where the answer is no upgrade. */
  accept(upgrade: Upgrade, wanted: Wanted): void {
    if (upgrade.request.headers.upgrade === 'SPDY/3.1') this.#acceptSpdy(upgrade, wanted)
    else this.#acceptWebSocket(upgrade, wanted)
  }

  #acceptWebSocket({ request, socket, head }: Upgrade, wanted: Wanted): void {
    if (this.#faults.version === 'v4' && !offers(request, 'v4')) throw new HttpFailure(403, '', '') // all that a real one says
    const isTranslated = this.#faults.version === 'translated' && offers(request, 'v5')
    const container = running(wanted)
    if (!container && !isTranslated) throw new HttpFailure(500, 'InternalError', wanted.missing)
    if (container && this.#losesAnswer(wanted.name)) {
      // stdinOnce: the end of an attach is an end of stdin, whether its client knew of it or not.
      container.stdin.end()
      this.#dropAnswer(socket)
      return
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => undefined)
      if (isTranslated) void this.#ask(client, wanted)
      else if (container) this.#attach(client, { ...wanted, container, early: [] })
    })
  }

  /** Whatever its version, an API server passes it on. */
  #acceptSpdy({ request, socket }: Upgrade, wanted: Wanted): void {
    const { spdy } = this.#faults
    if (typeof spdy === 'number') throw new HttpFailure(spdy, '', 'Bad Gateway')
    const container = running(wanted)
    if (!container) throw new HttpFailure(500, 'InternalError', wanted.missing)
    // Until it has all streams, a node has not attached.
    if (this.#losesAnswer(wanted.name)) {
      this.#dropAnswer(socket)
      return
    }
    const protocol = request.headers['x-stream-protocol-version']
    if (protocol !== 'v4.channel.k8s.io') throw new HttpFailure(403, '', '')
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1']
    socket.write(`${lines.join('\r\n')}\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`)
    if (spdy === 'silent') {
      socket.resume()
      return
    }
    this.bySpdy += 1
    const client = new SpdySocket(socket)
    client.on('error', () => undefined)
    client.once('open', () => {
      this.#attach(client as unknown as WebSocket, { ...wanted, container, early: [] })
    })
  }

  #losesAnswer(name: string): boolean {
    const { answerLost, after = 0, times = Infinity } = this.#faults
    const isDue = this.#attached >= after && this.#attached < after + times
    if (!answerLost || !this.#isMeant(name) || !isDue) return false
    this.#attached += 1
    return true
  }

  #dropAnswer(socket: Duplex): void {
    if (this.#faults.answerLost === 'gateway') throw new HttpFailure(502, '', 'Bad Gateway')
    socket.destroy()
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate()
    this.#server.close()
  }

  /** 1.30–1.35: the upgrade has been granted, and only now the node is asked. */
  async #ask(client: WebSocket, wanted: Wanted): Promise<void> {
    const early: EarlyFrame[] = []
    client.on('message', (data: Buffer) => early.push({ kind: 'message', data }))
    client.on('ping', (data: Buffer) => early.push({ kind: 'ping', data }))
    await sleep(this.#faults.answerMs ?? ANSWER_MS)
    client.removeAllListeners('message').removeAllListeners('ping')
    const container = running(wanted)
    if (container) this.#attach(client, { ...wanted, container, early })
    else if (early.length > 0)
      client.terminate() // closed with data unread: a TCP reset, and no status
    else refuse(client, `unable to upgrade connection: ${wanted.missing}`)
  }

  #attach(
    client: WebSocket,
    { container, name, early }: { container: FakeContainer; name: string; early: readonly EarlyFrame[] },
  ): void {
    const faults = this.#faultsFor(name)
    const sender = new OutputSender(client, {
      faults,
      closeCode: () => (container.stdin.unread > 0 ? 1011 : 1000),
      onUpstreamCut: () => receiver.loseNode(),
    })
    const receiver = new StdinReceiver(
      client,
      {
        faults,
        container,
        onUpstreamCut: () => {
          receiver.loseNode()
          detach()
          setTimeout(() => sender.end(), ANSWER_MS)
        },
      },
      early,
    )
    const detach = container.attach(sender)
    client.once('close', detach)
  }

  /** Counts it, too. */
  #faultsFor(name: string): AttachFaults {
    const { version, after = 0, times = Infinity } = this.#faults
    if (this.#isMeant(name)) this.#attached += 1
    if (this.#isMeant(name) && this.#attached > after && this.#attached <= after + times) return this.#faults
    return { ...DEFAULT, ...(version && { version }) }
  }

  #isMeant(name: string): boolean {
    return (this.#faults.container ?? name) === name
  }
}

function running({ container }: Wanted): FakeContainer | undefined {
  const found = container()
  return found?.isRunning ? found : undefined
}

export function notAttachable(
  container: string,
  { namespace, name }: { namespace: string; name: string },
): string {
  return `container ${container} not found in pod ${name}_${namespace}`
}

function refuse(client: WebSocket, message: string): void {
  const status = { metadata: {}, status: 'Failure', message, code: 500 }
  client.send(Buffer.concat([Buffer.of(3), Buffer.from(JSON.stringify(status))]))
  client.close(1000)
}

function offers(request: IncomingMessage, version: 'v4' | 'v5'): boolean {
  return String(request.headers['sec-websocket-protocol']).includes(`${version}.channel.k8s.io`)
}
