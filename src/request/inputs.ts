import type { ParsedArgv } from '../argv/parsed-argv.ts'
import type { Settings } from '../settings/settings.ts'
import type { Ancestor } from './deadline.ts'
import type { Environment } from './environment.ts'
import type { ReadFile } from './key-value-file.ts'

/** All that a request is made of. */
export interface Inputs {
  readonly parsed: ParsedArgv
  readonly settings: Settings
  readonly env: Environment
  /** For --env-file and --label-file: paths as they were written, relative to the caller's directory. */
  readonly readFile: ReadFile
  /** The caller's directory. Asked for only where a path starts there: it may have been removed. */
  readonly cwd: () => string
  /** The processes above this one, the parent first; as far as they can be seen. */
  readonly ancestors?: readonly Ancestor[]
}
