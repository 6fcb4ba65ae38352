import { ContainerLog, type LogFaults } from './container-log.ts'
import { Pipe } from './pipe.ts'

/** What a function's process has: its streams, and a signal when it is killed. */
export interface FunctionIo {
  readonly stdin: AsyncIterable<Buffer>
  /** Resolves when everybody who is attached has taken it. */
  readonly stdout: (data: string | Buffer) => Promise<void>
  readonly stderr: (data: string | Buffer) => Promise<void>
  readonly killed: AbortSignal
  /** Where on this machine is what the Pod has mounted at `target`. */
  readonly mounted: (target: string) => string
}

/** A program in place of an image: resolves to its exit code. */
export type FakeFunction = (io: FunctionIo) => Promise<number>

/** Somebody who is attached. */
export interface Client {
  write(stream: 'stdout' | 'stderr', data: Buffer): Promise<void>
  /** The container has ended, and all it wrote was given to write(). */
  end(): void
}

const KILLED = 137

function nothing(target: string): never {
  throw new Error(`nothing is mounted at ${target}`)
}

/** One container from its start to its end: a process, its stdin, its log, and those who are attached to it. */
export class FakeContainer {
  readonly stdin: Pipe = new Pipe()
  readonly log: ContainerLog
  readonly ended: Promise<number>
  /** Resolves with the first client. */
  readonly attached: Promise<void>
  #onAttach: () => void = () => undefined
  #isRunning = true
  readonly #clients = new Set<Client>()
  readonly #killed = new AbortController()
  readonly #mounted: FunctionIo['mounted']

  constructor(program: FakeFunction, faults: LogFaults, mounted: FunctionIo['mounted'] = nothing) {
    this.log = new ContainerLog(faults)
    this.#mounted = mounted
    this.attached = new Promise((resolve) => {
      this.#onAttach = resolve
    })
    this.ended = this.#run(program)
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** From here on, and only from here on, the client gets what the function writes. */
  attach(client: Client): () => void {
    this.#clients.add(client)
    this.#onAttach()
    return () => this.#clients.delete(client)
  }

  kill(): void {
    this.#killed.abort()
  }

  async #run(program: FakeFunction): Promise<number> {
    const killed = new Promise<number>((resolve) => {
      this.#killed.signal.addEventListener('abort', () => resolve(KILLED), { once: true })
    })
    const io: FunctionIo = {
      stdin: this.stdin,
      stdout: (data) => this.#write('stdout', data),
      stderr: (data) => this.#write('stderr', data),
      killed: this.#killed.signal,
      mounted: this.#mounted,
    }
    // One turn later, as a process starts: whoever made the container knows it by then.
    const code = await Promise.race([Promise.resolve().then(() => program(io)), killed])
    this.log.end()
    this.#isRunning = false
    this.stdin.end()
    for (const client of this.#clients) client.end()
    return code
  }

  async #write(stream: 'stdout' | 'stderr', data: string | Buffer): Promise<void> {
    if (!this.#isRunning) return
    // A turn of the loop for everybody else, as there is between two processes.
    await new Promise((resolve) => setImmediate(resolve))
    const bytes = Buffer.from(data)
    this.log.write(stream, bytes)
    await Promise.all([...this.#clients].map((client) => client.write(stream, bytes)))
  }
}
