import type { Hello } from './messages.ts'
import type { Pool } from './pool.ts'
import type { StartedRun } from './started-run.ts'

/** What a build has for the `docker` children of its kustomize, however they ask. */
export interface Served {
  readonly token: string
  /** Of the environment that kustomize was given. */
  readonly environment: string
  /** Undefined: no run can be made here. */
  readonly pool: () => Promise<Pool | undefined>
}

/** Undefined: whoever asks, and knows the token, has to run it. */
export async function runFor(hello: Hello, served: Served): Promise<StartedRun | undefined> {
  if (hello.environment !== served.environment) return undefined
  const pool = await served.pool()
  return pool?.take(hello)
}
