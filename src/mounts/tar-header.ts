import { onDisk, type RawPath } from './tree.ts'

const BLOCK_BYTES = 512

/** One member of an archive: a file's content follows, padded to whole blocks. */
export interface Member {
  readonly name: RawPath
  readonly kind: 'file' | 'directory' | 'link' | 'hardLink'
  readonly mode: number
  readonly size: number
  readonly mtime: number
  /** Where a link leads, or the name that the file has already. */
  readonly target: RawPath
}

const TYPES = { file: '0', hardLink: '1', link: '2', directory: '5' } as const
const FIELD = { name: 100, size: 12, target: 100 } as const
const PATH_MAX = 4096
const LARGEST_OCTAL = 0o77777777777
const OFFSET = {
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  mtime: 136,
  sum: 148,
  type: 156,
  target: 157,
  magic: 257,
}

/**
 * The blocks in front of a member's content, in GNU's format: names that are too long come before it, as content of
 * members of their own. pax headers, which tar-stream writes for these and for every name that is not ASCII, are passed
 * over by busybox (archival/libarchive/get_header_tar.c), and with them the name.
 */
export function tarHeader(member: Member): Buffer {
  const { name, target } = member
  return Buffer.concat([
    ...(target.length > FIELD.target ? [longName('K', target)] : []),
    ...(name.length > FIELD.name ? [longName('L', name)] : []),
    block(member, TYPES[member.kind]),
  ])
}

/** Zeros up to the next whole block. */
export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES)
}

export const END_OF_ARCHIVE: Buffer = Buffer.alloc(2 * BLOCK_BYTES)

/** busybox takes no more than 4095 bytes, which the longest link target fills without the NUL that GNU's tar writes. */
function longName(type: 'K' | 'L', name: RawPath): Buffer {
  const content = Buffer.concat([onDisk(name), Buffer.alloc(name.length < PATH_MAX - 1 ? 1 : 0)])
  const size = content.length
  const header = block({ name: '././@LongLink', kind: 'file', mode: 0o644, size, mtime: 0, target: '' }, type)
  return Buffer.concat([header, content, padding(size)])
}

function block({ name, mode, size, mtime, target }: Member, type: string): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(name.slice(0, FIELD.name), 0, 'latin1')
  header.write(octal(mode, 8), OFFSET.mode, 'latin1')
  header.write(octal(0, 8), OFFSET.uid, 'latin1')
  header.write(octal(0, 8), OFFSET.gid, 'latin1')
  sizeField(size).copy(header, OFFSET.size)
  header.write(octal(Math.max(0, mtime), 12), OFFSET.mtime, 'latin1')
  header.write(type, OFFSET.type, 'latin1')
  header.write(target.slice(0, FIELD.target), OFFSET.target, 'latin1')
  header.write('ustar  \0', OFFSET.magic, 'latin1')
  // The checksum counts its own field as blanks.
  header.fill(' ', OFFSET.sum, OFFSET.sum + 8)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${octal(sum, 7)} `, OFFSET.sum, 'latin1')
  return header
}

/** So many characters with the NUL that ends them. */
function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`
}

/** From 8 GiB on in base 256, as GNU does. */
function sizeField(size: number): Buffer {
  if (size <= LARGEST_OCTAL) return Buffer.from(octal(size, FIELD.size), 'latin1')
  const field = Buffer.alloc(FIELD.size)
  field[0] = 0x80
  field.writeBigUInt64BE(BigInt(size), FIELD.size - 8)
  return field
}
