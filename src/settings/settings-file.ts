import { dirname, resolve } from 'node:path'
import { RunError } from '../errors/run-error.ts'
import { isSettingKey, SETTING_KEYS, SETTINGS, type SettingKey, type SettingRow } from './keys.ts'
import { nearest } from './nearest.ts'
import { parseYaml } from './parse-yaml.ts'
import { settingError } from './setting-error.ts'

/** One file's keys with the values that stand there, not looked at yet. */
export interface SettingsFile {
  readonly path: string
  readonly values: ReadonlyMap<SettingKey, unknown>
}

export async function parseSettingsFile({
  path,
  text,
}: {
  path: string
  text: string
}): Promise<SettingsFile> {
  const yaml = await parseYaml(text)
  if (yaml.kind === 'broken') {
    throw new RunError('SETTINGS', {
      source: path,
      key: `line ${yaml.line}`,
      expected: 'YAML',
      got: yaml.problem,
    })
  }
  const content = yaml.value ?? {}
  if (!isMapping(content)) {
    throw settingError({ source: path, key: 'whole file', expected: 'keys and values', got: content })
  }
  return { path, values: new Map(leaves(content, { path, prefix: '' })) }
}

interface Place {
  readonly path: string
  /** With its dot: `user.` */
  readonly prefix: string
}

/** A key without a value says nothing, as if it were not there. */
function leaves(mapping: object, { path, prefix }: Place): (readonly [SettingKey, unknown])[] {
  return Object.entries(mapping).flatMap(([name, value]: [string, unknown]) => {
    const key = prefix + name
    if (value === null) return []
    if (isSettingKey(key)) return [[key, fromFile(key, { value, path })] as const]
    if (!SETTING_KEYS.some((known) => known.startsWith(`${key}.`))) throw unknownKey(key, path)
    if (isMapping(value)) return leaves(value, { path, prefix: `${key}.` })
    throw settingError({ source: path, key, expected: `a mapping with ${keysBelow(key)}`, got: value })
  })
}

function fromFile(key: SettingKey, { value, path }: { value: unknown; path: string }): unknown {
  const { type }: SettingRow = SETTINGS[key]
  return type.isPath && typeof value === 'string' ? resolve(dirname(path), value) : value
}

function unknownKey(key: string, source: string): RunError {
  const meant = nearest(key, SETTING_KEYS)
  const expected = meant ? `a known key, such as ${meant}` : 'a known key'
  return new RunError('SETTINGS', { source, key, expected, got: 'an unknown one' })
}

function keysBelow(prefix: string): string {
  const below = SETTING_KEYS.filter((key) => key.startsWith(`${prefix}.`))
  return below.map((key) => key.slice(prefix.length + 1)).join(', ')
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
