/** What the words of `docker run` say, before settings, environment or files are looked at. */
export interface ParsedArgv {
  readonly image: string
  readonly command: readonly string[]
  /** Flag name without dashes to its values in order; booleans as `true` or `false`. Ignored flags are not in here. */
  readonly flags: ReadonlyMap<string, readonly string[]>
  /** Flags that were accepted and have no effect, as they were written. */
  readonly ignored: readonly string[]
}
