import { readFileSync } from 'node:fs'

/**
 * Reads a token before every request: a Pod's token is replaced on disk long before it expires. A file that
 * cannot be read for a moment leaves the last token in use, as with kubectl. Throws while there is none.
 */
export function tokenFile(path: string, fallback?: string): () => string {
  let last = fallback
  return () => {
    try {
      last = readFileSync(path, 'utf8').trim()
    } catch (error) {
      if (last === undefined) throw error
    }
    return last
  }
}
