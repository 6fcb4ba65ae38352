import { connect, isIP, type Socket } from 'node:net'
import type { Tunnel } from './tunnel.ts'

const TIMEOUT_MS = 30_000

const VERSION = 5
const NO_AUTH = 0
const PASSWORD = 2
const CONNECT = 1
const DOMAIN = 3
/** Bytes of an address, by its type; a domain says its own length first. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

const REFUSALS = [
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'TTL expired',
  'CONNECT is not supported',
  'this kind of address is not supported',
]

/** Asks a SOCKS5 proxy for a tunnel (RFC 1928, 1929). The proxy looks the name up, as it does for kubectl. */
export async function socks5Tunnel({ proxy, host, port }: Tunnel): Promise<Socket> {
  const socket = connect(Number(proxy.port || 1080), proxy.hostname.replace(/^\[(.*)\]$/, '$1'))
  const timer = setTimeout(
    () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
    TIMEOUT_MS,
  )
  const { take, release } = reader(socket)
  try {
    await greet(socket, { proxy, take })
    socket.write(Uint8Array.of(VERSION, CONNECT, 0, ...address(host), port >> 8, port & 255))
    const [, reply = 1, , type = 0] = await take(4)
    if (reply !== 0) throw new Error(`SOCKS5: ${REFUSALS[reply - 1] ?? `reply ${reply}`}`)
    const length = ADDRESS_BYTES[type] ?? (await take(1))[0] ?? 0
    await take(length + 2)
    release()
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

type Take = (count: number) => Promise<Buffer>

async function greet(socket: Socket, { proxy, take }: { proxy: URL; take: Take }): Promise<void> {
  const { username, password } = proxy
  socket.write(Uint8Array.of(VERSION, 1, username ? PASSWORD : NO_AUTH))
  const [version, method] = await take(2)
  if (version !== VERSION) throw new Error('this is no SOCKS5 proxy')
  if (method === NO_AUTH) return
  if (method !== PASSWORD || !username) throw new Error('SOCKS5: none of our ways to log in is accepted')
  socket.write(
    Uint8Array.of(1, ...counted(decodeURIComponent(username)), ...counted(decodeURIComponent(password))),
  )
  const [, status] = await take(2)
  if (status !== 0) throw new Error('SOCKS5: wrong user name or password')
}

function address(host: string): Uint8Array {
  return isIP(host) === 4
    ? Uint8Array.of(1, ...host.split('.').map(Number))
    : Uint8Array.of(DOMAIN, ...counted(host))
}

function counted(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  return Uint8Array.of(bytes.length, ...bytes)
}

interface Reader {
  readonly take: Take
  readonly release: () => void
}

/** Takes exactly so many bytes, and leaves what follows to whoever reads the socket after its release. */
function reader(socket: Socket): Reader {
  let failure: Error | undefined
  let wake = (): void => undefined
  const onEvent = (): void => wake()
  const onError = (error: Error): void => {
    failure = error
    wake()
  }
  // One listener for all: a new one for `readable` is called at once while there are bytes, however few.
  socket.on('readable', onEvent).on('end', onEvent).on('close', onEvent).on('error', onError)
  const take: Take = async (count) => {
    for (;;) {
      const bytes = socket.read(count) as Buffer | null
      if (bytes?.length === count) return bytes
      if (failure) throw failure
      if (bytes || socket.readableEnded || socket.destroyed)
        throw new Error('the proxy closed the connection')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const release = (): void => {
    socket.off('readable', onEvent).off('end', onEvent).off('close', onEvent).off('error', onError)
  }
  return { take, release }
}
