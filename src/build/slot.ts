import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  openSync,
  type ReadStream,
  rmSync,
  type WriteStream,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Writable } from 'node:stream'

/** Made by mkfifo(1): Node cannot. */
export const FIFOS = ['ask', 'answer', 'stderr'] as const
const FILES = ['stdin', 'stdout'] as const

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants

/**
 * Room for one call of bin/in-build/docker: three FIFOs (fifo(7)) and two files, which a shell can use as well as Node.
 * `ask` ends when that process does; `answer` and `stderr` end when this one does.
 */
export class Slot {
  readonly #dir: string
  readonly #ask: Socket
  readonly #answer: number
  readonly #stderr: Socket
  #files: readonly [ReadStream, WriteStream] | undefined
  #closed: Promise<void> | undefined

  /** The folder has its FIFOs, and nothing else yet. */
  constructor(dir: string) {
    this.#dir = dir
    for (const name of FILES) writeFileSync(join(dir, name), '', { mode: 0o600, flag: 'wx' })
    const open = (name: string, flags: number): number => openSync(join(dir, name), flags | O_NONBLOCK)
    this.#ask = new Socket({ fd: open('ask', O_RDONLY), readable: true, writable: false })
    // Nobody reads these yet: opened for writing alone, they would be refused (fifo(7)).
    this.#answer = open('answer', O_RDWR)
    this.#stderr = new Socket({ fd: open('stderr', O_RDWR), readable: false, writable: true })
    for (const socket of [this.#ask, this.#stderr]) socket.on('error', () => undefined)
  }

  /** Its one line; undefined: it went away without. */
  asked(): Promise<string | undefined> {
    return new Promise((resolve) => {
      let text = ''
      this.#ask.on('data', (chunk) => {
        text += String(chunk)
        if (text.endsWith('\n')) resolve(text.slice(0, -1))
      })
      this.onGone(() => resolve(undefined))
    })
  }

  /** Whoever asked has ended, in whatever way. */
  onGone(listener: () => void): void {
    if (this.#ask.destroyed) listener()
    else this.#ask.once('close', listener)
  }

  /** All that it was given, and room for what it gets. It has opened both, and nothing of them may stay behind. */
  files(): readonly [stdin: ReadStream, stdout: WriteStream] {
    const [stdin, stdout] = FILES.map((name) => join(this.#dir, name)) as [string, string]
    this.#files = [
      createReadStream('', { fd: openSync(stdin, 'r') }),
      createWriteStream('', { fd: openSync(stdout, 'r+') }),
    ]
    for (const path of [stdin, stdout]) rmSync(path)
    return this.#files
  }

  get stderr(): Writable {
    return this.#stderr
  }

  /** A line in one piece (PIPE_BUF), into a pipe that is as good as empty. */
  say(line: string): void {
    writeSync(this.#answer, `${line}\n`)
  }

  /** Resolves when nothing of it is left. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    for (const stream of [this.#ask, this.#stderr, ...(this.#files ?? [])]) stream.destroy()
    closeSync(this.#answer)
    await rm(this.#dir, { recursive: true, force: true })
  }
}
