import {
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  openSync,
  type ReadStream,
  renameSync,
  rmSync,
  statSync,
  type WriteStream,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

/** Made by mkfifo(1): Node cannot. */
export const FIFOS = ['ask', 'answer', 'stderr'] as const

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants

/**
 * Room for one call of bin/in-build/docker: three FIFOs (fifo(7)) and two files, which a shell can use as well as Node.
 * `ask` ends when that process does; `answer` and `stderr` end when this one does.
 */
export class Slot {
  readonly #dir: string
  readonly #ask: Socket
  readonly #answer: Socket
  readonly #stderr: Socket
  readonly #files: (Readable | Writable)[] = []
  #closed: Promise<void> | undefined

  /** The folder has its FIFOs, and nothing else yet. */
  constructor(dir: string) {
    this.#dir = dir
    for (const name of ['stdin', 'stdout']) writeFileSync(join(dir, name), '', { mode: 0o600, flag: 'wx' })
    const open = (name: string, flags: number): Socket => {
      const fd = openSync(join(dir, name), flags | O_NONBLOCK)
      const isRead = flags === O_RDONLY
      return new Socket({ fd, readable: isRead, writable: !isRead }).on('error', () => undefined)
    }
    this.#ask = open('ask', O_RDONLY)
    // Nobody reads these yet: opened for writing alone, they would be refused (fifo(7)).
    this.#answer = open('answer', O_RDWR)
    this.#stderr = open('stderr', O_RDWR)
  }

  /** From now on a docker may take it. */
  offer(): void {
    writeFileSync(join(this.#dir, 'free'), '', { flag: 'wx' })
  }

  get isFree(): boolean {
    return !this.#closed && !existsSync(join(this.#dir, 'taken'))
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

  /** Whether this file (of proc_pid_fd(5)) is the end of `ask` that its docker has. */
  isAskedBy(path: string): boolean {
    const [one, other] = [path, join(this.#dir, 'ask')].map((name) => statSync(name))
    return one?.dev === other?.dev && one?.ino === other?.ino
  }

  /** All that it was given, and room for what it gets. It has opened both, and nothing of them may stay behind. */
  files(): readonly [stdin: ReadStream, stdout: WriteStream] {
    if (this.#closed) throw new Error('it is closed')
    const [from, to] = [join(this.#dir, 'stdin'), join(this.#dir, 'stdout')]
    const stdin = createReadStream('', { fd: openSync(from, 'r') })
    this.#files.push(stdin)
    const stdout = createWriteStream('', { fd: openSync(to, 'r+') })
    this.#files.push(stdout)
    // Whoever uses them is told; afterwards it is nobody's.
    for (const file of this.#files) file.on('error', () => undefined)
    for (const path of [from, to]) rmSync(path)
    return [stdin, stdout]
  }

  get stderr(): Writable {
    return this.#stderr
  }

  /** A line in one piece (PIPE_BUF), into a pipe that is as good as empty; into none once it is closed. */
  say(line: string): void {
    if (!this.#closed) this.#answer.write(`${line}\n`)
  }

  /** Resolves when nothing of it is left, or can be removed. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    for (const stream of [this.#ask, this.#answer, this.#stderr, ...this.#files]) stream.destroy()
    // A docker that looks for a slot just now finds all of it, or nothing.
    const going = join(dirname(this.#dir), `.${basename(this.#dir)}`)
    try {
      renameSync(this.#dir, going)
    } catch {
      return // its docker has removed it
    }
    // What cannot be removed goes with the build's folder, or is told with it.
    await rm(going, { recursive: true, force: true }).catch(() => undefined)
  }
}
