import { join } from 'node:path'
import { userCacheDir } from '../settings/user-dirs.ts'
import { homeDirectory } from './home-directory.ts'

/** Where the results of functions are kept; undefined where nobody has a home. */
export function resultsFolder(): string | undefined {
  const cache = userCacheDir({ env: process.env, home: homeDirectory() })
  return cache && join(cache, 'results')
}
