import type { Subject } from './roles.ts'

/** What an administrator asks `krmpod install rbac` for. */
export interface Wanted {
  readonly namespace: string
  /** Who may run functions; empty: the Roles alone. */
  readonly subjects: readonly Subject[]
  /** Names of abilities that are there only when asked for. */
  readonly with: readonly string[]
  /** Names of abilities to leave out. */
  readonly without: readonly string[]
  /** Secrets that krmpod itself may read. */
  readonly pullSecrets: readonly string[]
  /** How many functions may run at once. */
  readonly pods: number
}

/** Without options. */
export const DEFAULTS = {
  namespace: 'krmpod-functions',
  subjects: [],
  with: [],
  without: [],
  pullSecrets: [],
  pods: 50,
} as const satisfies Wanted
