/** What `ask` gave, for all who want to know it within `ms`. */
export function recently<T>(ask: () => Promise<T>, ms: number): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly at: number } | undefined
  return () => {
    const now = performance.now()
    if (!last || now - last.at > ms) {
      last = { answer: ask(), at: now }
      last.answer.catch(() => undefined) // for those who wait for it
    }
    return last.answer
  }
}
