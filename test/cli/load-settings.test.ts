import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadSettings } from '../../src/cli/load-settings.ts'

let home = ''

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'krmpod-settings-'))
})
afterEach(() => rm(home, { recursive: true }))

async function userFile(text: string): Promise<void> {
  await mkdir(join(home, '.config/krmpod'), { recursive: true })
  await writeFile(join(home, '.config/krmpod/config.yaml'), text)
}

test('no file anywhere is fine', async () => {
  expect(await loadSettings({ env: {}, home })).toMatchObject({ deadlineMs: 600_000 })
})

test('a file, the environment and flags come together', async () => {
  await userFile('namespace: from-file\nnudge: off\nproof: off')
  const env = { KRMPOD_NAMESPACE: 'from-env', KRMPOD_PROOF: 'on' }
  expect(await loadSettings({ env, home, flags: { namespace: 'from-flag' } })).toMatchObject({
    namespace: 'from-flag',
    nudge: 'off',
    proof: 'on',
  })
})

test('KRMPOD_CONFIG is read instead of the user’s file', async () => {
  await userFile('nudge: off')
  const named = join(home, 'named.yaml')
  await writeFile(named, 'proof: off')
  expect(await loadSettings({ env: { KRMPOD_CONFIG: named }, home })).toMatchObject({
    nudge: 'auto',
    proof: 'off',
  })
})

test('KRMPOD_CONFIG has to exist', async () => {
  const named = join(home, 'absent.yaml')
  await expect(loadSettings({ env: { KRMPOD_CONFIG: named }, home })).rejects.toMatchObject({
    code: 'SETTINGS',
    message: `KRMPOD_CONFIG: ${named}: expected a file that can be read, got ENOENT`,
  })
})

test('a file that cannot be read is an error, not an absence', async () => {
  const path = join(home, '.config/krmpod/config.yaml')
  await mkdir(path, { recursive: true })
  await expect(loadSettings({ env: {}, home })).rejects.toMatchObject({
    code: 'SETTINGS',
    message: `settings file: ${path}: expected a file that can be read, got EISDIR`,
  })
})

test('a part of the path that is a file means there is no settings file', async () => {
  await writeFile(join(home, '.config'), '')
  expect(await loadSettings({ env: {}, home })).toMatchObject({ nudge: 'auto' })
})

describe('podTemplate', () => {
  const spec = { schedulerName: 'batch' }

  test.each([
    ['a file beside the settings', 'podTemplate: template.yaml'],
    ['the mapping itself', `podTemplate: ${JSON.stringify({ spec })}`],
  ])('%s', async (_what, text) => {
    await userFile(text)
    await writeFile(join(home, '.config/krmpod/template.yaml'), 'spec:\n  schedulerName: batch\n')
    expect((await loadSettings({ env: {}, home })).template).toEqual({ spec })
  })

  test('only the strongest is read', async () => {
    await userFile('podTemplate: absent.yaml')
    const named = join(home, 'named.yaml')
    await writeFile(named, JSON.stringify({ spec }))
    const env = { KRMPOD_POD_TEMPLATE: named }
    expect((await loadSettings({ env, home })).template).toEqual({ spec })
  })

  test.each([
    ['hostNetwork: true', /^\S+named\.yaml: podTemplate\.hostNetwork: expected none/],
    ['spec: [', /^\S+named\.yaml: line 1: expected YAML, got /],
    [undefined, /^KRMPOD_POD_TEMPLATE: podTemplate: expected a file that can be read \(ENOENT\)/],
  ])('%s: an error that says where', async (text, message) => {
    const named = join(home, 'named.yaml')
    if (text !== undefined) await writeFile(named, text)
    await expect(loadSettings({ env: { KRMPOD_POD_TEMPLATE: named }, home })).rejects.toMatchObject({
      code: 'SETTINGS',
      message: expect.stringMatching(message) as string,
    })
  })
})
