import { readFileSync } from 'node:fs'

/** Undefined: it is not there, or not ours to read. */
export function readIfThere(path: string, encoding: 'utf8' | 'latin1'): string | undefined {
  try {
    return readFileSync(path, encoding)
  } catch {
    return undefined
  }
}
