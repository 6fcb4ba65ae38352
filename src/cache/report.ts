import type { Inventory } from './inventory.ts'

/** What `krmpod cache stats` says: a line for each fact. */
export function inventoryReport({
  folder = 'none: there is no home folder, and XDG_CACHE_HOME is not set',
  results,
  bytes,
  leastRecentlyUsed = 'never',
  maxBytes,
}: Inventory & { readonly maxBytes: number | 'off' }): string {
  const limit = maxBytes === 'off' ? 'off: nothing is kept, nor looked for' : `${maxBytes} bytes`
  return [
    `folder               ${folder}`,
    `cache.maxBytes       ${limit}`,
    `results              ${results}`,
    `size                 ${bytes} bytes`,
    `least recently used  ${leastRecentlyUsed}`,
    '',
  ].join('\n')
}
