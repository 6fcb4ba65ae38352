import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SETTING_KEYS, SETTINGS, variableOf } from '../../src/settings/keys.ts'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import { renderSettingsDocs } from '../../src/settings/render-settings-docs.ts'
import { renderSettingsSchema } from '../../src/settings/render-settings-schema.ts'

test('docs/settings.md is what the rows say (npm run docs)', () => {
  expect(readFileSync('docs/settings.md', 'utf8')).toBe(renderSettingsDocs())
})

test('docs/settings.schema.json is, too', () => {
  expect(readFileSync('docs/settings.schema.json', 'utf8')).toBe(renderSettingsSchema())
})

test.each(SETTING_KEYS)('the example of %s works as a variable', (key) => {
  const { example } = SETTINGS[key]
  expect(mergeSettings({ env: { [variableOf(key)]: example } })).not.toEqual(mergeSettings({}))
})
