import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/mounts/archive.ts'
import { LARGE_BYTES, treePath } from '../../src/plan/receiver-script.ts'
import { receive } from './support/receiver.ts'
import { TOOLS } from './support/tools.ts'
import { treeOf } from './support/tree-of.ts'
import { file, folder, list, make, temporaryFolder } from './support/tree-on-disk.ts'

const MIB = 1024 * 1024
const LARGE = randomBytes(LARGE_BYTES + 3 * MIB + 1)
const TREE = folder({
  'a large\n$(id) \\n': file(LARGE),
  'a second name': { kind: 'hardLink' },
  folder: folder({ 'just large': file(LARGE.subarray(0, LARGE_BYTES)), small: file('x') }),
  'just not': file(LARGE.subarray(1, LARGE_BYTES)),
})

describe.each(TOOLS)('large files, unpacked with %s, are digested while they arrive', (_tools, path) => {
  /** What becomes of the tree when its archive is changed on the way to `there`. */
  async function sent(
    change: (archive: Buffer, there: string) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ) {
    using here = temporaryFolder()
    using there = temporaryFolder()
    const source = join(here.path, 'source')
    make(TREE, source)
    const archive = Buffer.concat(Array.from(archiveOf([treeOf(source)]), (piece) => Buffer.from(piece)))
    const received = await receive(change(archive, there.path), { folder: there.path, path })
    if (received.exitCode === 0) expect(list(join(there.path, treePath(0)))).toEqual(list(source))
    return received
  }

  test('at once, or in pieces that keep their reader waiting', async () => {
    const whole = { exitCode: 0, stderr: '' }
    expect(await sent((archive) => [archive])).toEqual(whole)
    expect(await sent(slowly)).toEqual(whole)
  })

  test.each([
    ['its first byte', () => 0],
    ['a byte in the middle', (size: number) => size / 2],
    ['its last byte', (size: number) => size - 1],
  ])('%s is another one', async (_what, at) => {
    const flip = (archive: Buffer): Buffer => {
      const index = archive.indexOf(LARGE.subarray(0, 100)) + Math.floor(at(LARGE.length))
      archive.writeUInt8(archive.readUInt8(index) ^ 1, index)
      return archive
    }
    expect(await sent((archive) => [flip(archive)])).toEqual({ exitCode: 13, stderr: '' })
  })

  test('the end of one does not arrive', async () => {
    const { exitCode } = await sent((archive) => [archive.subarray(0, LARGE_BYTES)])
    expect(exitCode).toBe(11)
  })

  test('the first has its digest before the next arrives', async () => {
    const digest = createHash('sha256').update(LARGE).digest('hex')
    async function* heldBack(archive: Buffer, there: string): AsyncGenerator<Buffer, void, undefined> {
      const next = archive.indexOf(LARGE.subarray(0, 100)) + LARGE.length + MIB
      yield archive.subarray(0, next)
      await expect
        .poll(() => readFileSync(join(there, 'large-found'), 'utf8'), { timeout: 10_000 })
        .toContain(`${digest}  -\n`)
      yield archive.subarray(next)
    }
    expect(await sent(heldBack)).toEqual({ exitCode: 0, stderr: '' })
  })
})

async function* slowly(archive: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < archive.length; at += 7 * MIB) {
    yield archive.subarray(at, at + 7 * MIB)
    await sleep(150)
  }
}
