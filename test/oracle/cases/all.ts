import type { Case } from '../case.ts'
import { EARLY_SPEAKERS } from './early-speakers.ts'
import { ENVIRONMENT } from './environment.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { LIFETIMES } from './lifetimes.ts'
import { MOUNTS } from './mounts.ts'
import { MOUNTS_OF_NOTHING } from './mounts-of-nothing.ts'
import { MOUNTS_REFUSED } from './mounts-refused.ts'
import { MOUNTS_WRITTEN } from './mounts-written.ts'
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
  mounts: MOUNTS,
  'mounts refused': MOUNTS_REFUSED,
  'mounts written to': MOUNTS_WRITTEN,
  'mounts of memory, and of nothing': MOUNTS_OF_NOTHING,
}
