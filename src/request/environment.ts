/** A snapshot of the caller's environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Own names only: `-e constructor` is not a property that every object has. */
export function lookUp(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined
}
