import * as v from 'valibot'
import { SETTING_KEYS, SETTINGS, type SettingKey, type SettingRow, variableOf } from './keys.ts'
import type { ReadTemplate } from './pod-template.ts'
import { settingError } from './setting-error.ts'
import type { Settings } from './settings.ts'
import type { SettingsFile } from './settings-file.ts'
import type { Environment } from './user-dirs.ts'

export interface SettingSources {
  readonly flags?: Readonly<Partial<Record<SettingKey, unknown>>>
  readonly env?: Environment
  /** The strongest first. They merge key by key. */
  readonly files?: readonly SettingsFile[]
  /** Of the setting podTemplate, whose fields count less than settings of their own. */
  readonly template?: ReadTemplate
}

/** All sources merged: flags, then KRMPOD_* variables, then files, then defaults. Every value of each is checked. */
export function mergeSettings(sources: SettingSources): Settings {
  const { template } = sources
  const values = new Map<SettingKey, unknown>()
  const weak = template ? ofFile({ path: template.source, values: template.settings }) : []
  for (const entry of [...defaults(), ...weak, ...everyWritten(sources)]) values.set(entry.key, read(entry))
  // What read() let in has the type of its row.
  const settings = toSettings((key) => values.get(key) as never)
  return template ? { ...settings, template: template.template } : settings
}

interface Written {
  readonly key: SettingKey
  readonly source: string
  readonly value: unknown
}

/** What the strongest source says of a setting, not looked at yet; undefined when none does. */
export function writtenValue(key: SettingKey, sources: SettingSources): Written | undefined {
  return everyWritten(sources, [key]).findLast((entry) => entry.key === key)
}

/** The strongest last. */
function everyWritten(
  { flags = {}, env = {}, files = [] }: SettingSources,
  keys: readonly SettingKey[] = SETTING_KEYS,
): Written[] {
  return [...files.toReversed().flatMap(ofFile), ...ofVariables(env, keys), ...ofFlags(flags, keys)]
}

function defaults(): Written[] {
  return SETTING_KEYS.flatMap((key) => {
    const row: SettingRow = SETTINGS[key]
    return row.default === undefined ? [] : [{ key, source: 'default', value: row.default }]
  })
}

function ofFile({ path, values }: SettingsFile): Written[] {
  return [...values].map(([key, value]) => ({ key, source: path, value }))
}

/** An empty variable counts as not set; variables of other names are somebody else's. */
function ofVariables(env: Environment, keys: readonly SettingKey[]): Written[] {
  return keys.flatMap((key) => {
    const source = variableOf(key)
    const value = env[source]
    return value === undefined || value === '' ? [] : [{ key, source, value }]
  })
}

function ofFlags(flags: NonNullable<SettingSources['flags']>, keys: readonly SettingKey[]): Written[] {
  return keys.flatMap((key) =>
    flags[key] === undefined ? [] : [{ key, source: 'the command line', value: flags[key] }],
  )
}

function read({ key, source, value }: Written): unknown {
  const { type }: SettingRow = SETTINGS[key]
  const result = v.safeParse(type.schema, value)
  if (result.success) return result.output
  throw settingError({ source, key, expected: type.expected, got: value })
}

type Value<K extends SettingKey> =
  | v.InferOutput<(typeof SETTINGS)[K]['type']['schema']>
  | ((typeof SETTINGS)[K] extends { default: unknown } ? never : undefined)

function toSettings(of: <K extends SettingKey>(key: K) => Value<K>): Settings {
  const namespace = of('namespace')
  const context = of('context')
  const kubeconfig = of('kubeconfig')
  const imagesAllow = of('images.allow')
  const envAllow = of('env.allow')
  const serviceAccount = of('serviceAccount')
  const podTemplate = of('podTemplate')
  const mountsAllow = of('mounts.allow')
  const cpuLimit = of('resources.limits.cpu')
  return {
    ...(namespace !== undefined && { namespace }),
    ...(context !== undefined && { context }),
    ...(kubeconfig !== undefined && { kubeconfig }),
    credentials: { cache: of('credentials.cache') },
    deadlineMs: of('deadline'),
    callerTimeout: of('callerTimeout'),
    sweep: of('sweep'),
    readOnlyRoot: of('readOnlyRoot'),
    user: { nobody: of('user.nobody') },
    resources: {
      requests: {
        cpu: of('resources.requests.cpu'),
        memory: of('resources.requests.memory'),
        ephemeralStorage: of('resources.requests.ephemeralStorage'),
      },
      limits: {
        ...(cpuLimit !== undefined && { cpu: cpuLimit }),
        memory: of('resources.limits.memory'),
        ephemeralStorage: of('resources.limits.ephemeralStorage'),
      },
    },
    images: {
      pullSecrets: of('images.pullSecrets'),
      pullSecretFrom: of('images.pullSecretFrom'),
      recordDigest: of('images.recordDigest'),
      pullPolicy: of('images.pullPolicy'),
      ...(imagesAllow !== undefined && { allow: imagesAllow }),
      rewrite: of('images.rewrite'),
    },
    env: { ...(envAllow !== undefined && { allow: envAllow }) },
    network: { enforcement: of('network.enforcement'), proofMaxAgeMs: of('network.proofMaxAge') },
    userNamespaces: of('userNamespaces'),
    ...(serviceAccount !== undefined && { serviceAccount }),
    nodeSelector: of('nodeSelector'),
    tolerations: of('tolerations'),
    labels: of('labels'),
    annotations: of('annotations'),
    ...(podTemplate !== undefined && { podTemplate }),
    mounts: {
      rw: of('mounts.rw'),
      ...(mountsAllow !== undefined && { allow: mountsAllow }),
      volumes: of('mounts.volumes'),
      maxBytes: of('mounts.maxBytes'),
      maxFiles: of('mounts.maxFiles'),
    },
    lane: of('lane'),
    logs: of('logs'),
    helper: { image: of('helper.image') },
    registry: { mirrors: of('registry.mirrors') },
    nudge: of('nudge'),
    standby: { size: of('standby.size'), ttlMs: of('standby.ttl') },
    proof: of('proof'),
    output: { maxBytes: of('output.maxBytes') },
    stderr: { maxBytes: of('stderr.maxBytes') },
    cache: { maxBytes: of('cache.maxBytes') },
    build: { ahead: of('build.ahead') },
    log: of('log'),
  }
}
