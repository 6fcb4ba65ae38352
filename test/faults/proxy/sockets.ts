import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { CutBy } from './deed.ts'

/** The TCP connections below TLS, by the client's port: only they can be reset. */
const tcp = new WeakMap<Server, Map<number, Socket>>()

export function rememberConnections(server: Server): void {
  const byPort = new Map<number, Socket>()
  tcp.set(server, byPort)
  server.on('connection', (socket: Socket) => {
    const { remotePort = 0 } = socket
    byPort.set(remotePort, socket)
    socket.once('close', () => byPort.delete(remotePort))
  })
}

/** The other end reads ECONNRESET, and loses what it has not read yet. */
export function reset(server: Server, socket: Duplex): void {
  const { remotePort = 0 } = socket as Partial<Pick<Socket, 'remotePort'>>
  const raw = tcp.get(server)?.get(remotePort)
  if (raw) raw.resetAndDestroy()
  socket.destroy()
}

export function dropAll(server: Server): void {
  for (const socket of tcp.get(server)?.values() ?? []) socket.destroy()
}

/** Ends a connection as the cut says; what was written before is on its way. */
export function cutBy(by: CutBy, { server, socket }: { server: Server; socket: Duplex }): void {
  if (by === 'reset') reset(server, socket)
  else if (by === 'close') socket.destroy()
  else if (by === 'halfClose') socket.end()
}
