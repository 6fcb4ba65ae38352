import * as http from 'node:http'
import * as https from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Issued } from './certificates.ts'

export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** `host:port` of each tunnel that was asked for, with the credentials that came along. */
  readonly tunnels: readonly { readonly to: string; readonly login?: string }[]
}

interface Behaviour {
  /** Where every tunnel really ends, whatever name was asked for. */
  readonly target: number
  readonly refuseWith?: number
  readonly certificate?: Issued
}

/** An HTTP proxy that knows CONNECT only. */
export async function connectProxy({ target, refuseWith, certificate }: Behaviour): Promise<Proxy> {
  const tunnels: { to: string; login?: string }[] = []
  const server = certificate ? https.createServer(certificate) : http.createServer()
  server.on('connect', (request, client) => {
    const login = request.headers['proxy-authorization']
    tunnels.push({ to: request.url ?? '', ...(login && { login: decode(login) }) })
    if (refuseWith) {
      client.end(`HTTP/1.1 ${refuseWith} Refused\r\n\r\n`)
      return
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    join(client, target)
  })
  return { ...(await listen(server)), tunnels }
}

/** A SOCKS5 proxy (RFC 1928) that takes any user name and password, and sends its answers byte by byte. */
export async function socksProxy({ target, refuseWith }: Behaviour): Promise<Proxy> {
  const tunnels: { to: string; login?: string }[] = []
  const server = createServer((client) => {
    client.on('error', () => undefined)
    void converse(client, { target, refuseWith, tunnels })
  })
  return { ...(await listen(server)), tunnels }
}

async function converse(
  client: Socket,
  {
    target,
    refuseWith,
    tunnels,
  }: Pick<Behaviour, 'target'> & { refuseWith: number | undefined; tunnels: object[] },
): Promise<void> {
  const methods = (await once(client)).subarray(2)
  const wantsPassword = methods.includes(2)
  await slowly(client, [5, wantsPassword ? 2 : 0])
  let login: string | undefined
  if (wantsPassword) {
    const words = await once(client)
    const nameEnd = 2 + (words[1] ?? 0)
    login = `${words.subarray(2, nameEnd).toString()}:${words.subarray(nameEnd + 1).toString()}`
    await slowly(client, [1, 0])
  }
  const request = await once(client)
  const host = request[3] === 3 ? request.subarray(5, -2).toString() : request.subarray(4, 8).join('.')
  tunnels.push({ to: `${host}:${request.readUInt16BE(request.length - 2)}`, ...(login && { login }) })
  await slowly(client, [5, refuseWith ?? 0, 0, 3, 4, ...Buffer.from('host'), 0, 80])
  if (refuseWith) client.end()
  else join(client, target)
}

function once(client: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    client.once('data', (data: Buffer) => {
      // Or what follows would be dropped until somebody listens again.
      client.pause()
      resolve(data)
    })
    client.resume()
  })
}

async function slowly(client: Socket, bytes: readonly number[]): Promise<void> {
  for (const byte of bytes) {
    client.write(Uint8Array.of(byte))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function join(client: Duplex, target: number): void {
  const far = connect(target, '127.0.0.1')
  far.on('error', () => client.destroy())
  client.on('error', () => far.destroy())
  client.pipe(far).pipe(client)
}

function decode(header: string): string {
  return Buffer.from(header.replace('Basic ', ''), 'base64').toString()
}

async function listen(server: Server): Promise<{ port: number } & AsyncDisposable> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => open.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
