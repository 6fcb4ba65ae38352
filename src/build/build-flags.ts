import { collect } from '../argv/collect.ts'
import type { Flag } from '../argv/flag.ts'
import { allValues, isOn } from '../argv/flag-values.ts'
import { tokenize } from '../argv/tokenize.ts'
import type { StorageMount } from './function-spec.ts'

/** What the flags of `kustomize build` make of its functions. */
export interface BuildFlags {
  readonly folder: string
  readonly env: readonly string[]
  readonly mounts: readonly StorageMount[]
  readonly network: boolean
  readonly asCurrentUser: boolean
  /** Something else than functions may change files while the build goes on. */
  readonly runsPrograms: boolean
}

// kustomize 5.8.1, commands/build.
const TABLE: readonly Flag[] = [
  ...['as-current-user', 'enable-alpha-plugins', 'enable-exec', 'enable-helm', 'enable-managedby-label'],
  ...['enable-star', 'helm-debug', 'network', 'stack-trace'],
]
  .map((name): Flag => ({ name, takes: 'bool', does: 'map', help: '' }))
  .concat(
    ...['mount', 'network-name', 'load-restrictor', 'reorder', 'helm-command', 'helm-api-versions'].map(
      value,
    ),
    value('helm-kube-version'),
    { ...value('env'), short: 'e' },
    { ...value('output'), short: 'o' },
  )

function value(name: string): Flag {
  return { name, takes: 'value', does: 'map', help: '' }
}

/** Undefined: kustomize will run no functions, or a flag is not known here. */
export function readBuildFlags(words: readonly string[]): BuildFlags | undefined {
  try {
    const tokens = tokenize(words, TABLE, { interspersed: true })
    const [folder = '.', ...more] = tokens.words
    const flags = collect(tokens.flags)
    if (more.length > 0 || !isOn(flags, 'enable-alpha-plugins')) return undefined
    return {
      folder,
      env: allValues(flags, 'env'),
      mounts: allValues(flags, 'mount').map(storageMount),
      network: isOn(flags, 'network'),
      asCurrentUser: isOn(flags, 'as-current-user'),
      runsPrograms: isOn(flags, 'enable-exec') || isOn(flags, 'enable-helm'),
    }
  } catch {
    return undefined
  }
}

/** kyaml's StringToStorageMount: what it does not know, it drops. */
function storageMount(text: string): StorageMount {
  const pairs = text.split(',').flatMap((option): [string, string][] => {
    const at = option.indexOf('=')
    return at < 0 ? [] : [[option.slice(0, at), option.slice(at + 1)]]
  })
  const given = new Map(pairs)
  return {
    type: given.get('type') ?? '',
    src: given.get('src') ?? given.get('source') ?? '',
    dst: given.get('dst') ?? given.get('target') ?? '',
    rw: given.get('rw') === 'true',
  }
}
