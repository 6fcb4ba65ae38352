import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import { SETTING_KEYS, SETTINGS, type SettingKey } from './keys.ts'

/** docs/settings.schema.json, for editors: what a settings file may hold. Checked only by the types of the rows. */
export function renderSettingsSchema(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'krmpod settings',
    ...mapping(SETTING_KEYS.map((key): Leaf => [key.split('.'), leaf(key)])),
  }
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

type Leaf = readonly [path: readonly string[], schema: JsonSchema]

/** Keys with dots are mappings in each other. */
function mapping(leaves: readonly Leaf[]): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  for (const [[name = '', ...rest], schema] of leaves) {
    const below = leaves.filter(([path]) => path[0] === name)
    properties[name] =
      rest.length === 0 ? schema : mapping(below.map(([path, schema]): Leaf => [path.slice(1), schema]))
  }
  return { type: 'object', additionalProperties: false, properties }
}

/** What transforms and functions make of a value is no matter of its form. */
function leaf(key: SettingKey): JsonSchema {
  const { type, description } = SETTINGS[key]
  const schema = toJsonSchema(type.schema, { typeMode: 'input', errorMode: 'ignore' })
  delete schema.$schema // that of the whole
  return { description, ...schema }
}
