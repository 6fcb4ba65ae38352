import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { codeFolder, keptCode } from '../../src/start/kept-code.ts'

const SOURCE = Buffer.from('let answer = 42')
const CODE = Buffer.from('what V8 made of it')

let folder = ''
beforeEach(() => {
  const above = mkdtempSync(join(tmpdir(), 'krmpod-code-'))
  folder = join(above, 'code')
  return () => rmSync(above, { recursive: true })
})

function theFile(): string {
  const [name = ''] = readdirSync(folder)
  return join(folder, name)
}

test('what was kept is read again, for the same source only', () => {
  keptCode(folder, SOURCE).write(() => CODE)
  expect(keptCode(folder, SOURCE).read()).toEqual(CODE)
  expect(keptCode(folder, Buffer.from('let answer = 43')).read()).toBeUndefined()
})

test('nobody else can read or write it', () => {
  keptCode(folder, SOURCE).write(() => CODE)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(theFile()).mode & 0o777).toBe(0o600)
})

describe('not run:', () => {
  const spoilt: readonly [string, () => void][] = [
    ['code of which a byte is another', () => flip(theFile())],
    ['code that is cut', () => truncateSync(theFile(), 40)],
    ['an empty file', () => truncateSync(theFile(), 0)],
    ['a file that others may read', () => chmodSync(theFile(), 0o604)],
    ['a file in a folder that others may write to', () => chmodSync(folder, 0o770)],
    ['a link to a good file', () => moveBehindLink(theFile())],
  ]
  test.each(spoilt)('%s', (_what, spoil) => {
    keptCode(folder, SOURCE).write(() => CODE)
    spoil()
    expect(keptCode(folder, SOURCE).read()).toBeUndefined()
  })

  test.runIf(process.getuid?.() === 0)("somebody else's", () => {
    keptCode(folder, SOURCE).write(() => CODE)
    const uid = vi.spyOn(process, 'getuid').mockReturnValue(4242)
    expect(keptCode(folder, SOURCE).read()).toBeUndefined()
    uid.mockRestore()
    expect(keptCode(folder, SOURCE).read()).toEqual(CODE)
  })
})

test('where nothing can be kept, nothing is, and nobody hears of it', () => {
  writeFileSync(folder, 'a file')
  keptCode(folder, SOURCE).write(() => CODE)
  expect(keptCode(folder, SOURCE).read()).toBeUndefined()
  expect(readFileSync(folder, 'utf8')).toBe('a file')
})

test('code that cannot be made is no reason to fail', () => {
  const broken = (): never => {
    throw new Error('no code')
  }
  expect(() => keptCode(folder, SOURCE).write(broken)).not.toThrow()
})

test('a folder that others may write to gets nothing', () => {
  keptCode(folder, SOURCE).write(() => CODE)
  rmSync(theFile())
  chmodSync(folder, 0o777)
  keptCode(folder, SOURCE).write(() => CODE)
  expect(readdirSync(folder)).toEqual([])
})

test('what nobody has needed for a month goes', () => {
  keptCode(folder, SOURCE).write(() => CODE)
  const old = theFile()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 24 * 3_600_000 })
  keptCode(folder, Buffer.from('newer')).write(() => CODE)
  vi.useRealTimers()
  expect(readdirSync(folder).map((name) => join(folder, name))).not.toContain(old)
})

test("files that are not krmpod's stay, however old", () => {
  keptCode(folder, SOURCE).write(() => CODE)
  const stranger = join(folder, 'id_ed25519')
  writeFileSync(stranger, 'a key')
  utimesSync(stranger, 0, 0)
  keptCode(folder, Buffer.from('newer')).write(() => CODE)
  expect(readFileSync(stranger, 'utf8')).toBe('a key')
})

test('a link in place of the folder is neither followed nor written to', () => {
  const elsewhere = join(folder, '../elsewhere')
  mkdirSync(elsewhere, { mode: 0o700 })
  symlinkSync(elsewhere, folder)
  keptCode(folder, SOURCE).write(() => CODE)
  expect(readdirSync(elsewhere)).toEqual([])
})

test.each(['NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'])('%s turns it off', (name) => {
  vi.stubEnv('XDG_CACHE_HOME', folder)
  expect(codeFolder()).toBe(join(folder, 'krmpod/code'))
  vi.stubEnv(name, '1')
  expect(codeFolder()).toBeUndefined()
  vi.unstubAllEnvs()
})

function flip(path: string): void {
  const bytes = readFileSync(path)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
  writeFileSync(path, bytes)
}

function moveBehindLink(path: string): void {
  const elsewhere = join(folder, '../elsewhere')
  writeFileSync(elsewhere, readFileSync(path), { mode: 0o600 })
  rmSync(path)
  symlinkSync(elsewhere, path)
}
