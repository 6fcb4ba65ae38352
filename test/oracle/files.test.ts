import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Files, listing, plant } from './files.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-files-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function planted(files: Files): Promise<readonly string[]> {
  await plant(folder, files)
  return listing(folder)
}

describe('the files of a call', () => {
  test('are planted, and listed', async () => {
    const files: Files = {
      'a/b/c': 'text\n',
      'a/b/d': { file: 'x', mode: 0o600 },
      'a/e': { folder: 0o777 },
      'a/e/f': { link: '../b' },
      'a/g': { pipe: 0o666 },
      h: { folder: 0o555 },
    }
    expect(await planted(files)).toEqual([
      'file 600 a/b/d "x"',
      'file 644 a/b/c "text\\n"',
      'folder 555 h',
      'folder 755 a',
      'folder 755 a/b',
      'folder 777 a/e',
      'link 777 a/e/f -> ../b',
      'pipe 666 a/g',
    ])
  })

  test('can be planted over others', async () => {
    await plant(folder, { a: { folder: 0o777 }, 'a/b': 'one' })
    expect(await planted({ 'a/b': 'two' })).toEqual(['file 644 a/b "two"', 'folder 777 a'])
  })

  test('are none', async () => {
    expect(await planted({})).toEqual([])
  })

  test('have names of any bytes, and large content is told apart', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0x61, 0xff)]), 'x'.repeat(41))
    const [one] = await listing(folder)
    await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0x61, 0xff)]), 'y'.repeat(41))
    const [other] = await listing(folder)
    expect(one).toMatch(/^file 6\d\d a\xff 41 bytes, [0-9a-f]{64}$/)
    expect(other).not.toEqual(one)
  })
})
