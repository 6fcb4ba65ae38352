import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { elapsedMs } from '../cluster/elapsed.ts'
import { locateSettingsFiles } from '../settings/locate-settings-files.ts'
import { homeDirectory } from './home-directory.ts'

/** How long before this process bin/from-cache.sh may have begun, and how far the clock of a disk may be from ours. */
const MARGIN_MS = 10_000

/** Whether the settings files are those that bin/from-cache.sh has seen: nobody has changed, made or removed one since. */
export function areSettingsOld(): boolean {
  const since = Date.now() - elapsedMs() - MARGIN_MS
  const places = locateSettingsFiles({ env: process.env, home: homeDirectory() })
  try {
    return places
      .flatMap(({ path }) => [path, dirname(path)])
      .every((path) => (statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0) < since)
  } catch {
    return false
  }
}
