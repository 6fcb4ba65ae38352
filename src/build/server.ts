import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import * as net from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatAddress } from './address.ts'
import { serveDocker } from './serve-docker.ts'
import type { Served } from './served.ts'
import { Slots } from './slots.ts'

export interface BuildServer {
  /** A docker that comes now finds what it needs. Never rejects. */
  readonly ready: Promise<void>
  /** For the children's environment. */
  readonly address: string
  /** After every run has ended. Tells, in a line each, what it left behind; never rejects. */
  readonly close: () => Promise<readonly string[]>
}

/** How long the last words to a `docker` may take. */
const GOODBYE_MS = 1_000

/** A socket and slots that only this user can reach; only who knows the token is answered. */
export async function listen(
  temporaryDirectory: string,
  surroundings: Omit<Served, 'token'>,
): Promise<BuildServer> {
  // 0700, whatever the umask (mkdtemp(3)).
  const folder = await mkdtemp(join(temporaryDirectory, 'krmpod-build-'))
  const path = join(folder, 'socket')
  const token = randomBytes(32).toString('hex')
  const served = { ...surroundings, token }
  const slots = new Slots(folder, served)
  const open = new Map<net.Socket, Promise<unknown>>()
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    const closed = new Promise<void>((resolve) => socket.once('close', resolve))
    open.set(socket, closed)
    // Who asks here may have found none.
    void slots.refill()
    void closed.finally(() => open.delete(socket))
    serveDocker(socket, served).catch(() => socket.destroy())
  })
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
    // A connection that could not be taken: its docker does without.
    server.on('error', () => undefined)
    await chmod(path, 0o600)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  const ready = slots.refill()
  const close = async (): Promise<readonly string[]> => {
    server.close()
    const settled = Promise.all([...open.values(), slots.settled()])
    await Promise.race([settled, sleep(GOODBYE_MS, undefined, { ref: false })])
    for (const socket of open.keys()) socket.destroy()
    await slots.close()
    return remove(folder)
  }
  return { ready, address: formatAddress({ token, path }), close }
}

/** A docker that is just going may still have a file there. */
async function remove(folder: string): Promise<readonly string[]> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    return []
  } catch (error) {
    return [`warning: could not remove ${folder}: ${(error as Error).message}`]
  }
}
