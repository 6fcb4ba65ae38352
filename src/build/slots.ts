import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serveSlot } from './serve-slot.ts'
import type { Served } from './served.ts'
import { FIFOS, Slot } from './slot.ts'

/** Made together, whenever there are fewer. kustomize calls one docker after the other. */
const BATCH = 4

/** Room for the calls to come. A docker that finds none asks through the socket. */
export class Slots {
  readonly #room: string
  readonly #served: Served
  readonly #open = new Set<Slot>()
  readonly #calls = new Set<Promise<void>>()
  #made = 0
  #making: Promise<void> = Promise.resolve()
  #isClosed = false

  /** `room`: a folder that only this user can enter. */
  constructor(room: string, served: Served) {
    this.#room = room
    this.#served = served
  }

  /**
   * Resolves when there are some to spare. Where there is no mkfifo, or no /proc to read a docker's words from, there are
   * none.
   */
  refill(): Promise<void> {
    if (!this.#isClosed && existsSync('/proc/self/environ'))
      this.#making = this.#making.then(() => this.#makeUp()).catch(() => undefined)
    return this.#making
  }

  /** Every docker that has asked has its answer, and is gone. */
  async settled(): Promise<void> {
    await Promise.all(this.#calls)
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#making
    await Promise.all([...this.#open].map((slot) => slot.close()))
  }

  async #makeUp(): Promise<void> {
    const free = [...this.#open].filter(({ isFree }) => isFree).length
    if (free >= BATCH) return
    const dirs = Array.from({ length: BATCH }, () => join(this.#room, String((this.#made += 1))))
    for (const dir of dirs) mkdirSync(dir, { mode: 0o700 })
    const fifos = dirs.flatMap((dir) => FIFOS.map((name) => join(dir, name)))
    await promisify(execFile)('mkfifo', ['-m', '600', ...fifos])
    if (this.#isClosed) return
    for (const dir of dirs) {
      const slot = new Slot(dir)
      // Nobody may find one whose other side is not open.
      slot.offer()
      this.#open.add(slot)
      void this.#attend(slot)
    }
  }

  async #attend(slot: Slot): Promise<void> {
    const line = await slot.asked()
    if (line !== undefined) {
      void this.refill()
      await this.#answer(slot, line)
    }
    await slot.close()
    this.#open.delete(slot)
  }

  async #answer(slot: Slot, line: string): Promise<void> {
    const gone = new Promise<void>((resolve) => slot.onGone(resolve))
    const call = serveSlot(slot, line, this.#served).then(
      () => gone,
      // Closed without an answer, it knows no more than that there may have been a run.
      () => undefined,
    )
    this.#calls.add(call)
    await call
    this.#calls.delete(call)
  }
}
