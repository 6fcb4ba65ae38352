import { itemsIn, removeItem } from './folder.ts'

/** What is kept, as far as its folder tells. */
export interface Inventory {
  /** Absent where nobody has a home. */
  readonly folder?: string
  readonly results: number
  readonly bytes: number
  /** RFC 3339; absent when nothing is kept. */
  readonly leastRecentlyUsed?: string
}

export async function resultsIn(folder: string | undefined): Promise<Inventory> {
  if (folder === undefined) return { results: 0, bytes: 0 }
  const items = await itemsIn(folder)
  const results = items.filter(({ isResult }) => isResult)
  const oldest = Math.min(...results.map(({ usedMs }) => usedMs))
  return {
    folder,
    results: results.length,
    bytes: items.reduce((sum, item) => sum + item.bytes, 0),
    ...(results.length > 0 && { leastRecentlyUsed: new Date(oldest).toISOString() }),
  }
}

/** Runs that go on meanwhile find nothing; what one of them is writing is given up. */
export async function clearResults(
  folder: string | undefined,
): Promise<{ readonly removed: number; readonly bytes: number; readonly left: number }> {
  const items = folder === undefined ? [] : await itemsIn(folder)
  const done = await Promise.all(items.map(async (item) => ({ ...item, isGone: await removeItem(item) })))
  const gone = done.filter(({ isGone }) => isGone)
  return {
    removed: gone.filter(({ isResult }) => isResult).length,
    bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
    left: done.length - gone.length,
  }
}
