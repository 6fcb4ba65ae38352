import { keptText } from './kept-text.ts'

/** What earlier runs have learned of images and clusters. Losing it costs time, never an answer. */
export interface Memory {
  recall(subject: string): Promise<string | undefined>
  keep(subject: string, text: string): Promise<void>
  forget(subject: string): Promise<void>
}

const MONTH_MS = 30 * 24 * 3_600_000

/** For where nothing can be kept on disk. */
export const NO_MEMORY: Memory = {
  recall: () => Promise.resolve(undefined),
  keep: () => Promise.resolve(),
  forget: () => Promise.resolve(),
}

/** One private file a subject. Undefined: there is no folder to keep it in. */
export function diskMemory(dir: string | undefined): Memory {
  if (dir === undefined) return NO_MEMORY
  const place = { dir, forgetAfterMs: MONTH_MS }
  return {
    recall: (subject) => Promise.resolve(keptText(place, subject).read()),
    keep(subject, text) {
      keptText(place, subject).write(text)
      return Promise.resolve()
    },
    forget(subject) {
      keptText(place, subject).remove()
      return Promise.resolve()
    },
  }
}
