import { setTimeout as sleep } from 'node:timers/promises'
import type { Released, RunHost } from '../run/host.ts'
import type { ToKeep } from './entry.ts'
import { keepResult, type Place } from './store.ts'

/** The caller has its answer, and waits for nothing but the end of this process. */
const MAX_WAIT_MS = 2_000

interface DepositHost {
  readonly place: Place
  readonly note: (text: string) => void
}

/** Keeps the result of a run that ended well, under this key. Whatever goes wrong with it is no matter of the run's. */
export function deposit(key: string, { place, note }: DepositHost): Pick<RunHost, 'onDoubt' | 'onReleased'> {
  const doubts: string[] = []
  const keep = async (released: Released): Promise<string> => {
    const why = doubts[0] ?? whyNotKept(released)
    if (why !== undefined) return `not kept: ${why}`
    const isKept = await keepResult(place, key, toKeep(released))
    return isKept ? `kept: ${key}` : 'not kept: it is too large'
  }
  return {
    onDoubt: (why) => doubts.push(why),
    onReleased: async (released) => {
      const kept = keep(released).catch((error: unknown) => `not kept: ${String(error)}`)
      const late = sleep(MAX_WAIT_MS, 'not kept: the disk takes too long', { ref: false })
      note(`cache: ${await Promise.race([kept, late])}`)
    },
  }
}

/** A function's own failure is a result, but nobody wants it again. */
function whyNotKept({ output, exit }: Released): string | undefined {
  if (exit.code !== 0) return `exit ${exit.code}`
  // A part of it may have been killed for want of memory.
  if (exit.reason !== 'Completed') return exit.reason
  return output.changes && 'the function has changed files'
}

/** In the order in which the caller got it. */
function toKeep({ output, stderr }: Released): ToKeep {
  const { before, stdout } = output
  return {
    stderrBytes: stderr.bytes + before.stderr.length,
    stdoutBytes: before.stdout.length + stdout.bytes,
    async *chunks() {
      yield* stderr.read()
      yield before.stderr
      yield before.stdout
      yield* stdout.read()
    },
  }
}
