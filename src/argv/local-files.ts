import type { ParsedArgv } from './parsed-argv.ts'

/** Flags that name files as their process sees them. */
const LOCAL_FILES = ['env-file', 'label-file', 'cidfile']

/** The words alone do not say what is asked for. */
export function namesLocalFiles({ flags }: Pick<ParsedArgv, 'flags'>): boolean {
  return LOCAL_FILES.some((name) => flags.has(name))
}
