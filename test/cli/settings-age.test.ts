import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { areSettingsOld } from '../../src/cli/settings-age.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'krmpod-settings-age-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

test.each([
  ['old', process.execPath, true],
  ['not there', '/nowhere/config.yaml', true],
  ['below a file, which is an error', join(process.execPath, 'config.yaml'), false],
])('settings that are %s', (_, path, isOld) => {
  vi.stubEnv('KRMPOD_CONFIG', path)
  expect(areSettingsOld()).toBe(isOld)
})

test('settings that were written just now, or removed, may not be those that were looked at', () => {
  const path = join(folder, 'config.yaml')
  vi.stubEnv('KRMPOD_CONFIG', path)
  writeFileSync(path, '')
  expect(areSettingsOld()).toBe(false)
  rmSync(path)
  expect(areSettingsOld()).toBe(false)
})
