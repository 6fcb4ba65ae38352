import { readFileSync } from 'node:fs'
import { RunError } from '../errors/run-error.ts'
import { locateSettingsFiles, type SettingsFilePlace } from '../settings/locate-settings-files.ts'
import { mergeSettings, type SettingSources, writtenValue } from '../settings/merge-settings.ts'
import type { Settings } from '../settings/settings.ts'
import { parseSettingsFile } from '../settings/settings-file.ts'
import type { Environment } from '../settings/user-dirs.ts'

interface Sources {
  readonly flags?: NonNullable<SettingSources['flags']>
  readonly env: Environment
  readonly home: string | undefined
}

/** Reads the settings files that exist and merges them with the environment and the flags. */
export async function loadSettings({ flags = {}, env, home }: Sources): Promise<Settings> {
  const places = locateSettingsFiles({ env, home })
  const texts = places.map(readPlace).filter((file) => file !== undefined)
  const files = await Promise.all(texts.map(parseSettingsFile))
  const sources = { flags, env, files }
  const written = writtenValue('podTemplate', sources)
  if (!written) return mergeSettings(sources)
  const { loadPodTemplate } = await import('./load-pod-template.ts')
  return mergeSettings({ ...sources, template: await loadPodTemplate(written) })
}

/** At once: a pool of threads for two short files takes longer to come up than to read them. */
function readPlace({ path, mustExist }: SettingsFilePlace): { path: string; text: string } | undefined {
  try {
    return { path, text: readFileSync(path, 'utf8') }
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException
    if (isAbsent(code) && !mustExist) return undefined
    const source = mustExist ? 'KRMPOD_CONFIG' : 'settings file'
    throw new RunError(
      'SETTINGS',
      { source, key: path, expected: 'a file that can be read', got: code },
      { cause: error },
    )
  }
}

// ENOTDIR: a part of the path is a file, so there is nothing below it.
function isAbsent(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR'
}
