import { type Environment, userConfigDir } from './user-dirs.ts'

export interface SettingsFilePlace {
  readonly path: string
  /** Named by the person: its absence is an error. */
  readonly mustExist: boolean
}

interface Person {
  readonly env: Environment
  readonly home: string | undefined
}

/**
 * Where settings files may be, the strongest first. Never the working directory: it is somebody's repository, and
 * what is in it must not choose a cluster, a namespace or a limit.
 */
export function locateSettingsFiles({ env, home }: Person): readonly SettingsFilePlace[] {
  const named = env['KRMPOD_CONFIG']
  if (named) return [{ path: named, mustExist: true }]
  const folders = [userConfigDir({ env, home }), '/etc/krmpod'].filter((folder) => folder !== undefined)
  return folders.map((folder) => ({ path: `${folder}/config.yaml`, mustExist: false }))
}
