import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kubectl } from './cluster.ts'

/** A text in every form in which it could turn up: plain, in hexadecimal, in base64 at any place of a longer text. */
function formsOf(secret: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('x'.repeat(offset) + secret).toString('base64')
    // Its ends also encode what stands beside it.
    return encoded.slice(offset === 0 ? 0 : 4, -4)
  })
  return [secret, Buffer.from(secret).toString('hex'), ...inBase64]
}

export function shows(text: string, secret: string): boolean {
  return formsOf(secret).some((form) => text.includes(form))
}

/** `Kind/name` of every object of the namespace, of whatever kind, that shows the secret. */
export async function holdersOf(secret: string, namespace: string): Promise<readonly string[]> {
  const list = ['get', await kindsOfObjects(), '-n', namespace, '-o', 'json', '--show-managed-fields']
  const { items } = JSON.parse(await kubectl(list)) as { items: readonly NamedObject[] }
  const holders = items.filter((object) => shows(JSON.stringify(object), secret))
  return holders.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
}

interface NamedObject {
  readonly kind: string
  readonly metadata: { readonly name: string }
}

async function kindsOfObjects(): Promise<string> {
  const kinds = await kubectl(['api-resources', '--namespaced', '--verbs=list', '-o', 'name'])
  return kinds.trim().split('\n').join()
}

/** Files below the folder that show the secret. */
export async function filesWith(secret: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')))
  return files.filter((_file, index) => shows(texts[index] ?? '', secret))
}
