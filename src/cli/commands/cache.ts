import { clearResults, resultsIn } from '../../cache/inventory.ts'
import { inventoryReport } from '../../cache/report.ts'
import { homeDirectory } from '../home-directory.ts'
import { loadSettings } from '../load-settings.ts'
import { print } from '../print.ts'
import { resultsFolder } from '../results-folder.ts'

interface CacheFlags {
  readonly what: 'stats' | 'clear'
  readonly output?: string | undefined
}

/** `krmpod cache`: 0; 1 when something could not be removed. No cluster is asked. */
export async function cache({ what, output }: CacheFlags): Promise<number> {
  const folder = resultsFolder()
  if (what === 'clear') {
    const { removed, bytes, left } = await clearResults(folder)
    if (left > 0) process.stderr.write(`${left} could not be removed from ${folder}.\n`)
    await print(`${removed} ${removed === 1 ? 'result' : 'results'} removed, ${bytes} bytes.\n`)
    return left > 0 ? 1 : 0
  }
  const settings = await loadSettings({ env: process.env, home: homeDirectory() })
  const inventory = { ...(await resultsIn(folder)), maxBytes: settings.cache.maxBytes }
  await print(output === 'json' ? `${JSON.stringify(inventory, undefined, 2)}\n` : inventoryReport(inventory))
  return 0
}
