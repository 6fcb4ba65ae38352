import { readFile, stat } from 'node:fs/promises'

/** Empty for whatever cannot be read: kustomize will say so. */
export interface ReadYaml {
  readonly text: (text: string) => readonly unknown[]
  readonly file: (path: string) => Promise<readonly unknown[]>
}

/** Configs are small; a larger file is something else. */
const MOST_BYTES = 1024 * 1024

/** Reads the documents of a text. The parser is loaded only when a build is read. */
export async function loadYaml(): Promise<ReadYaml> {
  const { parseAllDocuments } = await import('yaml')
  const text = (source: string): readonly unknown[] => {
    try {
      const documents = [...parseAllDocuments(source, { logLevel: 'error' })]
      if (documents.some(({ errors }) => errors.length > 0)) return []
      // Throws where aliases make more of a text than there is.
      return documents.map((document): unknown => document.toJS())
    } catch {
      return []
    }
  }
  const file = async (path: string): Promise<readonly unknown[]> => {
    try {
      const found = await stat(path)
      // A named pipe would never end.
      if (!found.isFile() || found.size > MOST_BYTES) return []
      return text(await readFile(path, 'utf8'))
    } catch {
      return []
    }
  }
  return { text, file }
}
