/** Calls that come while one is under way share its outcome. */
export function oneAtATime<T>(start: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= start().finally(() => {
      running = undefined
    })
    return running
  }
}
