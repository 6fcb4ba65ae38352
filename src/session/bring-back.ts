import { createHash } from 'node:crypto'
import { attach } from '../cluster/container-streams.ts'
import { RunError } from '../errors/run-error.ts'
import type { Archive } from '../mounts/returned.ts'
import { GIVER_CONTAINER } from '../plan/pod-plan.ts'
import { DIGEST_BYTES, GIVE_BACK_FAILURES } from '../plan/receiver-script.ts'
import type { Channels, StreamEnd } from '../streams/channels.ts'
import type { Spool } from '../streams/spool.ts'
import { dial, newDialBudget, wasFalseOpen } from './dial.ts'
import { feedByClosing } from './feed-by-closing.ts'
import { LastWords } from './last-words.ts'
import type { PodObserver } from './pod-observer.ts'
import { silentAfterExit } from './silence.ts'
import type { Target } from './target.ts'

interface Return {
  readonly target: Target
  /** Of the giver's container. */
  readonly observer: PodObserver
  /** Where the archive is kept. */
  readonly spool: Spool
}

const NOTHING = { read: () => [] }
const PIECE_BYTES = 256 * 1024
const BETTER_REASON_MS = 1_500

/** The trees that the function could write to, as it left them. Throws MOUNT_RETURN unless all of that arrived. */
export async function bringBack({ target, observer, spool }: Return): Promise<Archive> {
  const words = new LastWords()
  const budget = newDialBudget()
  const { maxReturnBytes } = target.plan
  const sinks = {
    stdout: (data: Buffer) => {
      if (spool.bytes + data.length > maxReturnBytes) target.stop(tooMuch())
      else spool.write(data)
    },
    stderr: (data: Buffer) => words.hear(data),
  }
  const nudge = (): Promise<void> => Promise.resolve()
  const dialling = { target, observer, nudge, sinks, budget, connect: attach, container: GIVER_CONTAINER }
  target.trace.enter('bringing the mounted files back')
  for (;;) {
    const attached = await dial(dialling)
    if (!attached) break
    const end = await everything(attached.channels, { target, observer })
    if (!wasFalseOpen(end, attached, observer)) break
  }
  spool.end()
  if (!isWhole(spool)) throw await failure(observer, words.text())
  return { read: () => pieces(spool) }
}

/** Says that it may begin, by the end of its stdin, and listens to the end. */
async function everything(
  channels: Channels,
  { target, observer }: { target: Target; observer: PodObserver },
): Promise<StreamEnd> {
  const { signal } = target
  const feeding = { container: GIVER_CONTAINER, stdin: NOTHING, reader: channels, signal }
  const fed = channels.hasHalfClose ? channels.feed(NOTHING) : feedByClosing(target, feeding)
  const broken = fed.then(() => new Promise<never>(() => undefined))
  try {
    const silent = silentAfterExit(channels, observer).then(() => ({ closeCode: 1006 }))
    return await Promise.race([channels.ended, broken, silent])
  } finally {
    channels.terminate()
  }
}

/** It ends with its own digest: nothing is missing, and nothing was changed on the way or while it was packed. */
function isWhole(spool: Spool): boolean {
  const hash = createHash('sha256')
  const end = spool.bytes - DIGEST_BYTES
  for (let at = 0; at < end; at += PIECE_BYTES) hash.update(spool.slice(at, Math.min(end, at + PIECE_BYTES)))
  return end > 0 && spool.slice(end).toString('latin1') === hash.digest('hex')
}

async function* pieces(spool: Spool): AsyncGenerator<Uint8Array, void, undefined> {
  const end = spool.bytes - DIGEST_BYTES
  for (let at = 0; at < end; at += PIECE_BYTES) {
    yield await Promise.resolve(spool.slice(at, Math.min(end, at + PIECE_BYTES)))
  }
}

/** The giver's own reason, if it soon says one. */
async function failure(observer: PodObserver, words: string): Promise<RunError> {
  const verdict = await observer.endWithin(BETTER_REASON_MS)
  const meaning = verdict.kind === 'exited' ? GIVE_BACK_FAILURES.get(verdict.code) : undefined
  const problem = [meaning ?? 'not all of them arrived', words].filter(Boolean).join(': ')
  return new RunError('MOUNT_RETURN', { problem, cut: meaning === undefined })
}

function tooMuch(): RunError {
  const problem = 'the function left more than mounts.maxBytes and mounts.maxFiles allow'
  return new RunError('MOUNT_RETURN', { problem })
}
