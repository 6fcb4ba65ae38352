import { cut } from '../argv/cut.ts'
import { allValues } from '../argv/flag-values.ts'
import { invalidArgument } from '../argv/usage.ts'
import { OUR_DOMAIN } from '../kube/labels.ts'
import { isAnnotationKey } from '../kube/qualified-name.ts'
import type { Inputs } from './inputs.ts'
import { readKeyValues } from './key-value-file.ts'
import type { RunRequest } from './run-request.ts'

/** docker takes any name: those that a Pod cannot have, and ours, are kept in one annotation, as JSON. */
const OTHER_NAMES = `${OUR_DOMAIN}/docker-labels`

/** The settings', docker's labels (files first, then -l) and its annotations; of one name the last counts. */
export function resolveAnnotations({ parsed, readFile, settings }: Inputs): RunRequest['annotations'] {
  const fromFiles = allValues(parsed, 'label-file')
    .flatMap((file) => readKeyValues(file, readFile))
    .flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const labels = allValues(parsed, 'label').map(label)
  const annotations = allValues(parsed, 'annotation').map(nameAndValue)
  const all = [...new Map([...fromFiles, ...labels, ...annotations])]
  const others = all.filter(([name]) => !isTheirs(name))
  return Object.fromEntries([
    ...Object.entries(settings.template?.metadata?.annotations ?? {}),
    ...Object.entries(settings.annotations),
    ...all.filter(([name]) => isTheirs(name)),
    ...(others.length > 0 ? [[OTHER_NAMES, JSON.stringify(Object.fromEntries(others))] as const] : []),
  ])
}

function label(text: string): readonly [string, string] {
  const [name, value] = nameAndValue(text.replace(/^[ \t]+/, ''))
  if (name === '') throw invalidArgument('-l, --label', text, `invalid label '${text}': empty name`)
  if (/[ \t]/.test(name)) throw invalidArgument('-l, --label', text, `label '${name}' contains whitespaces`)
  return [name, value]
}

function nameAndValue(text: string): readonly [string, string] {
  const [name, value = ''] = cut(text, '=')
  return [name, value]
}

function isTheirs(name: string): boolean {
  return isAnnotationKey(name) && !name.toLowerCase().startsWith(`${OUR_DOMAIN}/`)
}
