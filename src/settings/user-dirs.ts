import { isAbsolute, join } from 'node:path'

/** Names and values of the caller's environment, at one moment. */
export type Environment = Readonly<Record<string, string | undefined>>

interface Person {
  readonly env: Environment
  /** Undefined where nobody has one, as in many containers. */
  readonly home: string | undefined
}

export function userConfigDir(person: Person): string | undefined {
  return below(person, { variable: 'XDG_CONFIG_HOME', folder: '.config' })
}

export function userCacheDir(person: Person): string | undefined {
  return below(person, { variable: 'XDG_CACHE_HOME', folder: '.cache' })
}

const OTHERS = 0o077

/** Whether a file or folder (stat) is the person's own, and closed to everybody else: nobody else can have written it. */
export function isPrivate({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  return uid === process.getuid?.() && (mode & OTHERS) === 0
}

// The XDG base directory specification: relative paths are invalid and to be ignored.
function below({ env, home }: Person, xdg: { variable: string; folder: string }): string | undefined {
  const base = env[xdg.variable]
  if (base !== undefined && isAbsolute(base)) return join(base, 'krmpod')
  return home ? join(home, xdg.folder, 'krmpod') : undefined
}
