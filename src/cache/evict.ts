import { type Item, itemsIn, removeItem } from './folder.ts'

/** So that a look at all of them stays short. */
const MAX_RESULTS = 5_000
/** Nobody writes for so long. */
const ABANDONED_MS = 3_600_000

/** Removes what was not used for the longest time until there is room for so much more. */
export async function makeRoom(
  dir: string,
  { bytes, maxBytes, nowMs }: { bytes: number; maxBytes: number; nowMs: number },
): Promise<void> {
  const items = await itemsIn(dir)
  await Promise.all(tooMany(items, { bytes: maxBytes - bytes, nowMs }).map(removeItem))
}

/** Those that have to go for the others to take no more than `bytes`; drafts that are being written are not asked to. */
function tooMany(
  items: readonly Item[],
  { bytes, nowMs }: { bytes: number; nowMs: number },
): readonly Item[] {
  const drafts = items.filter(({ isDraft }) => isDraft)
  const abandoned = drafts.filter(({ usedMs }) => usedMs < nowMs - ABANDONED_MS)
  const beingWritten = drafts.filter((draft) => !abandoned.includes(draft))
  const results = items.filter(({ isDraft }) => !isDraft).toSorted((one, other) => other.usedMs - one.usedMs)
  let left = bytes - beingWritten.reduce((sum, draft) => sum + draft.bytes, 0)
  const going = results.filter((result, index) => {
    left -= result.bytes
    return left < 0 || index >= MAX_RESULTS - 1
  })
  return [...abandoned, ...going]
}
