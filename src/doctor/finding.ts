/** What one check has found. */
export interface Finding {
  /** `failed`: runs fail, or are not what they should be. `warning`: something is worse than it could be. */
  readonly verdict: 'ok' | 'warning' | 'failed'
  /** One line. */
  readonly says: string
  /** What to do about it. */
  readonly remedy?: string
  /** More lines, such as a table. */
  readonly details?: readonly string[]
}

/** The finding of a check, with its name. */
export interface Entry extends Finding {
  readonly check: string
}

export function ok(says: string, details?: readonly string[]): Finding {
  return { verdict: 'ok', says, ...(details && { details }) }
}

export function warning(says: string, remedy: string): Finding {
  return { verdict: 'warning', says, remedy }
}

export function failed(says: string, remedy: string): Finding {
  return { verdict: 'failed', says, remedy }
}
