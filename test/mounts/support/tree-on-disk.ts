import { createHash } from 'node:crypto'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execaSync } from 'execa'

/** A tree to be made; names are bytes in latin1. */
export type Node =
  | { readonly kind: 'file'; readonly content: Uint8Array; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
  /** A second name of the first file of the folder, if there is one. */
  | { readonly kind: 'hardLink' }
  | { readonly kind: 'folder'; readonly mode: number; readonly nodes: ReadonlyMap<string, Node> }

export type Folder = Extract<Node, { kind: 'folder' }>

export function file(content: string | Buffer, mode = 0o644): Node {
  return { kind: 'file', content: Buffer.from(content), mode }
}

export function folder(nodes: Readonly<Record<string, Node>>, mode = 0o755): Folder {
  return { kind: 'folder', mode, nodes: new Map(Object.entries(nodes)) }
}

export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'krmpod-mounts-'))
  chmodSync(path, 0o755)
  return {
    path,
    // Whatever its modes, and however long its paths are.
    [Symbol.dispose]: () => {
      execaSync('chmod', ['-R', 'u+rwx', path])
      execaSync('rm', ['-rf', path])
    },
  }
}

/** Makes `folder` at `path`, which must not be there. */
export function make(folder: Folder, path: string): void {
  makeAt(folder, Buffer.from(path, 'utf8').toString('latin1'))
}

function makeAt(folder: Folder, path: string): void {
  mkdirSync(bytes(path), 0o700)
  let first: string | undefined
  for (const [name, node] of folder.nodes) {
    const full = `${path}/${name}`
    if (node.kind === 'folder') makeAt(node, full)
    else if (node.kind === 'link') symlinkSync(bytes(node.target), bytes(full))
    else if (node.kind === 'file') {
      writeFileSync(bytes(full), node.content)
      chmodSync(bytes(full), node.mode)
      first ??= full
    } else if (first !== undefined) linkSync(bytes(first), bytes(full))
  }
  chmodSync(bytes(path), folder.mode)
}

/**
 * Everything below `path`, one line each: kind, mode, name, and the digest of a file's content or a link's target.
 * Modes as a function would see them: readable for everybody.
 */
export function list(path: string): readonly string[] {
  const lines: string[] = []
  listAt(Buffer.from(path, 'utf8').toString('latin1'), '', lines)
  return lines.sort()
}

function listAt(root: string, path: string, lines: string[]): void {
  const full = bytes(`${root}${path}`)
  const stats = lstatSync(full)
  const mode = (readable: number): string => ((stats.mode & 0o777) | readable).toString(8)
  const name = JSON.stringify(path)
  if (stats.isSymbolicLink()) lines.push(`link ${name} ${JSON.stringify(readlinkSync(full, 'latin1'))}`)
  else if (stats.isFile()) {
    lines.push(`file ${mode(0o444)} ${name} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`)
  } else if (stats.isDirectory()) {
    lines.push(`folder ${mode(0o555)} ${name}`)
    for (const child of readdirSync(full, 'latin1')) listAt(root, `${path}/${child}`, lines)
  }
}

/**
 * The same in the order of the paths as `find .` names them: kind, mode, the digest of a file's content or a link's
 * target, the digest of the path.
 */
export function digests(root: string): readonly string[] {
  const lines: (readonly [path: string, line: string])[] = []
  const add = (path: string): void => {
    const full = bytes(`${Buffer.from(root, 'utf8').toString('latin1')}/${path}`)
    const stats = lstatSync(full)
    const mode = (readable: number): string => ((stats.mode & 0o777) | readable).toString(8)
    const end = `${sha256(bytes(path))}  -`
    if (stats.isSymbolicLink()) lines.push([path, `link 777 ${sha256(readlinkSync(full, 'buffer'))} ${end}`])
    else if (stats.isFile()) lines.push([path, `file ${mode(0o444)} ${sha256(readFileSync(full))} ${end}`])
    else {
      lines.push([path, `folder ${mode(0o555)} - ${end}`])
      for (const child of readdirSync(full, 'latin1')) add(`${path}/${child}`)
    }
  }
  add('.')
  return lines.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, line]) => line)
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function bytes(path: string): Buffer {
  return Buffer.from(path, 'latin1')
}
