import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Which Pods a sweep would look at. */
interface Place {
  readonly server: string
  readonly namespace: string
}

interface TurnOptions {
  /** Undefined: nothing can be remembered, as in a container without a home. */
  readonly dir: string | undefined
  readonly place: Place
  readonly now: Date
  readonly random: () => number
}

/** One of so many runs sweeps where nothing can be remembered. */
const ONE_IN = 16
const EVERY_MS = 5 * 60_000
const REFUSED_FOR_MS = 24 * 3_600_000

/** Whether it is this run's turn to sweep: in every span of five minutes, one run's of each user and namespace. */
export async function takeTurn({ dir, place, now, random }: TurnOptions): Promise<boolean> {
  if (dir === undefined) return random() * ONE_IN < 1
  const mark = markOf(place)
  const turn = turnOf(mark, now)
  // At once: most runs need nothing else of the disk, and no threads for it that would have to end before they do.
  if ([refusal(mark, now), turn].some((name) => existsSync(join(dir, name)))) return false
  try {
    const isFirst = await create(dir, turn)
    if (isFirst) await forgetOthers(dir, { mark, now })
    return isFirst
  } catch {
    return random() * ONE_IN < 1 // a disk that is full, or read-only
  }
}

/** The right to list Pods is missing: nobody asks again for a day. */
export async function rememberRefusal({ dir, place, now }: Omit<TurnOptions, 'random'>): Promise<void> {
  if (dir !== undefined) await create(dir, refusal(markOf(place), now)).catch(() => undefined)
}

function markOf(place: Place): string {
  return createHash('sha256').update(JSON.stringify(place)).digest('hex').slice(0, 16)
}

function refusal(mark: string, now: Date): string {
  return `${mark}.refused-${span(now, REFUSED_FOR_MS)}`
}

function turnOf(mark: string, now: Date): string {
  return `${mark}.turn-${span(now, EVERY_MS)}`
}

function span(now: Date, ms: number): number {
  return Math.floor(now.getTime() / ms)
}

/** Of many at once, one makes the file. */
async function create(dir: string, name: string): Promise<boolean> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  try {
    await (await open(join(dir, name), 'wx', 0o600)).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Turns that are over. */
async function forgetOthers(dir: string, { mark, now }: { mark: string; now: Date }): Promise<void> {
  const current = turnOf(mark, now)
  const old = (await readdir(dir)).filter((name) => name.startsWith(`${mark}.`) && name !== current)
  await Promise.all(old.map((name) => rm(join(dir, name), { force: true })))
}
