import { SETTING_KEYS, SETTINGS, type SettingRow, variableOf } from './keys.ts'

/** docs/settings.md, from the rows that the settings are read with. */
export function renderSettingsDocs(): string {
  return [INTRODUCTION, ...SETTING_KEYS.map((key) => section({ ...SETTINGS[key], key })), ''].join('\n')
}

const INTRODUCTION = `# Settings

<!-- Generated from src/settings/keys.ts by \`npm run docs\`. -->

Every setting can be given in three ways. The first that names it wins:

1. a flag of \`krmpod\`, where the command has one (\`docker\` has none of its own: its flags are docker's);
2. an environment variable \`KRMPOD_…\`; an empty one counts as not set, and lists are separated by commas.
   Variables with names that are not listed here are ignored: other tools may use them;
3. a settings file in YAML. An unknown key in it is an error.

Settings files are looked for here:

- the file that \`KRMPOD_CONFIG\` names. It has to exist, and no other file is read then;
- otherwise \`$XDG_CONFIG_HOME/krmpod/config.yaml\` (\`~/.config/krmpod/config.yaml\`) and \`/etc/krmpod/config.yaml\`.
  Both are read; where both have a key, the user's own file wins.

The working directory is never looked at: a repository that is being built cannot change a setting.

\`\`\`yaml
# ~/.config/krmpod/config.yaml
namespace: functions
deadline: 5m
resources:
  limits:
    memory: 2Gi
images:
  pullSecrets: [ghcr-pull]
\`\`\`

[settings.schema.json](settings.schema.json) helps editors: a JSON Schema that lets through more than krmpod does, and knows neither keys with dots nor keys without a value.

Durations are written as in Go (\`90s\`, \`10m\`, \`1h30m\`), sizes as in Kubernetes (\`64Mi\`, \`1G\`) or in bytes.

## Keys
`

function section({ key, ...row }: SettingRow & { key: (typeof SETTING_KEYS)[number] }): string {
  return `### \`${key}\`

${row.description}

- Variable: \`${variableOf(key)}\`, e.g. \`${variableOf(key)}=${row.example}\`
- Expected: ${row.type.expected}
- Default: ${standard(row.default)}
`
}

function standard(value: SettingRow['default']): string {
  if (value === undefined) return 'not set'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `\`${value.join(',')}\``
  if (typeof value === 'object') return 'none'
  return `\`${String(value)}\``
}
