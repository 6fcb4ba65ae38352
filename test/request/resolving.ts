import { parse } from '../../src/argv/parse.ts'
import { resolve } from '../../src/request/resolve.ts'
import type { RunRequest } from '../../src/request/run-request.ts'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import type { Settings } from '../../src/settings/settings.ts'

export const SETTINGS: Settings = mergeSettings({})

interface Given {
  readonly settings?: Partial<Settings>
  readonly env?: Readonly<Record<string, string>>
  /** By path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
}

/** What `docker run` with these words asks for; as one string, it is split at blanks. */
export function request(words: string | readonly string[], given: Given = {}): RunRequest {
  const command = parse(typeof words === 'string' ? words.split(' ') : words)
  if (command.kind !== 'run') throw new Error('it asks for help')
  const { settings = {}, env = {}, files = {} } = given
  return resolve({
    parsed: command.argv,
    settings: { ...SETTINGS, ...settings },
    env,
    cwd: () => '/work',
    readFile: (path) => {
      const content = files[path]
      if (content === undefined) throw new Error(`open ${path}: no such file or directory`)
      return typeof content === 'string' ? new TextEncoder().encode(content) : content
    },
  })
}
