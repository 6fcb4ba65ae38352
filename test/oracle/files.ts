import { createHash } from 'node:crypto'
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

/** What a call finds in its folder, by path. Folders on the way are there as well. */
export type Files = Readonly<Record<string, Planted>>

/** A string is the content of a file with mode 644. */
type Planted =
  | string
  | { readonly file: string | Uint8Array; readonly mode: number }
  | { readonly folder: number }
  | { readonly link: string }
  | { readonly pipe: number }

const SHOWN = 40
/** Of all files that are planted, so that both sides see the same. */
const TIME = 1_234_567_890
const KINDS: ReadonlyMap<number, string> = new Map([
  [0o100000, 'file'],
  [0o040000, 'folder'],
  [0o120000, 'link'],
  [0o010000, 'pipe'],
])

/** Modes are what they are said to be, whatever the umask is. */
export async function plant(folder: string, files: Files): Promise<void> {
  for (const path of foldersOf(files)) {
    const made = await mkdir(join(folder, path), { recursive: true })
    if (made !== undefined) await chmod(made, 0o755)
  }
  for (const [path, planted] of Object.entries(files)) await plantOne(join(folder, path), planted)
  for (const [path, planted] of Object.entries(files)) {
    if (typeof planted === 'object' && 'folder' in planted) await chmod(join(folder, path), planted.folder)
  }
}

/** Above all that is planted, those above others first. */
function foldersOf(files: Files): readonly string[] {
  const folders = new Set<string>()
  for (const [path, planted] of Object.entries(files)) {
    const isFolder = typeof planted === 'object' && 'folder' in planted
    for (let at = isFolder ? path : dirname(path); at !== '.'; at = dirname(at)) folders.add(at)
  }
  return [...folders].sort()
}

async function plantOne(path: string, planted: Planted): Promise<void> {
  if (typeof planted === 'string') return plantOne(path, { file: planted, mode: 0o644 })
  if ('link' in planted) return symlink(planted.link, path)
  if ('folder' in planted) return
  if ('pipe' in planted) await execa('mkfifo', [path])
  else await writeFile(path, planted.file)
  await utimes(path, TIME, TIME)
  await chmod(path, 'pipe' in planted ? planted.pipe : planted.mode)
}

/** Everything below a folder, a line each: kind, permissions, path, and the content or where a link leads. */
export async function listing(folder: string): Promise<readonly string[]> {
  const root = Buffer.from(`${folder}/`)
  return (await linesBelow(root)).map((line) => line.replace(root.toString('latin1'), '')).sort()
}

/** Names are bytes, one character each. */
async function linesBelow(folder: Buffer): Promise<readonly string[]> {
  const lines = []
  for (const name of await readdir(folder, { encoding: 'buffer' })) {
    const path = Buffer.concat([folder, name])
    const { mode } = await lstat(path)
    const kind = KINDS.get(mode & 0o170000) ?? 'other'
    const permissions = (mode & 0o7777).toString(8)
    lines.push(`${kind} ${permissions} ${path.toString('latin1')} ${await contentOf(kind, path)}`.trimEnd())
    if (kind === 'folder') lines.push(...(await linesBelow(Buffer.concat([path, Buffer.from('/')]))))
  }
  return lines
}

async function contentOf(kind: string, path: Buffer): Promise<string> {
  if (kind === 'link') return `-> ${await readlink(path)}`
  if (kind !== 'file') return ''
  const content = await readFile(path)
  if (content.length <= SHOWN) return JSON.stringify(content.toString('latin1'))
  return `${content.length} bytes, ${createHash('sha256').update(content).digest('hex')}`
}
