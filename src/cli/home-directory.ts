import { homedir } from 'node:os'

/** Undefined where there is none: an arbitrary uid in a container, without HOME and without an entry in passwd. */
export function homeDirectory(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}
