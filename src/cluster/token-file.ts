import { readFile } from 'node:fs/promises'

/**
 * Reads a token before every request: a Pod's token is replaced on disk long before it expires. A file that
 * cannot be read for a moment leaves the last token in use, as with kubectl.
 */
export function tokenFile(path: string, fallback?: string): () => Promise<string> {
  let last = fallback
  return async () => {
    try {
      last = (await readFile(path, 'utf8')).trim()
    } catch (error) {
      if (last === undefined) throw error
    }
    return last
  }
}
