import type { Case } from '../case.ts'
import { EARLY_SPEAKERS } from './early-speakers.ts'
import { ENVIRONMENT } from './environment.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { LIFETIMES } from './lifetimes.ts'
import { PROGRAMS } from './programs.ts'
import { REFUSALS } from './refusals.ts'
import { LENGTHS } from './sizes.ts'
import { STREAMS } from './streams.ts'
import { USERS } from './users.ts'

/** Every case, by concern. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  streams: STREAMS,
  sizes: LENGTHS,
  'exit codes': EXIT_CODES,
  environment: ENVIRONMENT,
  users: USERS,
  programs: PROGRAMS,
  'early speakers': EARLY_SPEAKERS,
  refusals: REFUSALS,
  lifetimes: LIFETIMES,
}
