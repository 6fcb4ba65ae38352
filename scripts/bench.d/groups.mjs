import build from './groups/build.mjs'
import echo from './groups/echo.mjs'
import many from './groups/many.mjs'
import mounts from './groups/mounts.mjs'
import oneRun from './groups/one-run.mjs'
import startUp from './groups/start-up.mjs'

/** In the order of the report. `share`: of the rounds, for what takes long. */
export const GROUPS = [oneRun, startUp, mounts, echo, build, many]
