import * as v from 'valibot'
import { nodeLabels, podAnnotations, podLabels, tolerationList } from './scheduling-types.ts'
import { settingError } from './setting-error.ts'
import { anyText, objectName, oneOf, quantity, type ValueType } from './value-types.ts'

export type TemplateValue = string | boolean

/** Where a value stands, for people: a file or variable, and the field in it. */
export interface Place {
  readonly source: string
  readonly key: string
}

/** A field that may be set, to these values; a mapping of such fields; or a list of such mappings. */
type Rule = ValueType<unknown> | Fields | { readonly each: Fields }
interface Fields {
  readonly fields: Readonly<Record<string, Rule>>
}

const mapping = v.custom<object>(isMapping)
const aMapping: ValueType<unknown> = { expected: 'a mapping', schema: mapping }
const mappings: ValueType<unknown> = { expected: 'a list of mappings', schema: v.array(mapping) }
const only = (value: boolean): ValueType<unknown> => ({ expected: String(value), schema: v.literal(value) })
const resources: Fields = { fields: { cpu: quantity, memory: quantity, 'ephemeral-storage': quantity } }

/** As in Pod Security "restricted": nothing here can give a function more than krmpod does. */
const profile: Fields = { fields: { type: oneOf('RuntimeDefault', 'Localhost'), localhostProfile: anyText } }
const security = { runAsNonRoot: only(true), seccompProfile: profile, appArmorProfile: profile }

/**
 * What a PodTemplate may say; all else is refused by name. Missing on purpose: whatever shares something of the node
 * (host*, hostPath), picks one or pushes others off it (nodeName, priorityClassName), gives rights (serviceAccount*,
 * projected tokens, supplementalGroups), adds processes (other containers, shareProcessNamespace), or is the run itself
 * (command, args, env, image, stdin, restartPolicy, activeDeadlineSeconds).
 */
export const TEMPLATE: Fields = {
  fields: {
    metadata: { fields: { labels: podLabels, annotations: podAnnotations } },
    spec: {
      fields: {
        nodeSelector: nodeLabels,
        tolerations: tolerationList,
        affinity: aMapping,
        topologySpreadConstraints: mappings,
        runtimeClassName: objectName('RuntimeClass'),
        schedulerName: anyText,
        overhead: aMapping,
        dnsPolicy: oneOf('ClusterFirst', 'Default', 'None'),
        dnsConfig: aMapping,
        imagePullSecrets: { each: { fields: { name: objectName('Secret') } } },
        hostUsers: only(false),
        securityContext: { fields: { ...security, supplementalGroupsPolicy: oneOf('Strict') } },
        containers: {
          each: {
            fields: {
              name: { expected: 'function', schema: v.literal('function') },
              resources: { fields: { requests: resources, limits: resources } },
              securityContext: {
                fields: {
                  ...security,
                  readOnlyRootFilesystem: only(true),
                  allowPrivilegeEscalation: only(false),
                  privileged: only(false),
                  capabilities: {
                    fields: { drop: { expected: 'a list of capabilities', schema: v.array(v.string()) } },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
}

/** The value as its rule reads it. Throws SETTINGS with the first field that is wrong. */
export function readFields(value: unknown, { rule, source, key }: Place & { readonly rule: Rule }): unknown {
  if ('schema' in rule) {
    const result = v.safeParse(rule.schema, value)
    if (result.success) return result.output
    throw settingError({ source, key, expected: rule.expected, got: value })
  }
  if ('each' in rule) {
    if (!Array.isArray(value)) throw settingError({ source, key, expected: 'a list', got: value })
    return value.map((item, index) => readFields(item, { rule: rule.each, source, key: `${key}[${index}]` }))
  }
  if (!isMapping(value)) throw settingError({ source, key, expected: 'a mapping', got: value })
  // As in manifests: a field without a value is not there.
  const given = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(
    given.map(([name, field]) => {
      const below = `${key}.${name}`
      const own = Object.hasOwn(rule.fields, name) ? rule.fields[name] : undefined
      if (own) return [name, readFields(field, { rule: own, source, key: below })]
      const expected = `none, for krmpod decides it (a template may have ${Object.keys(rule.fields).join(', ')} here)`
      throw settingError({ source, key: below, expected, got: field })
    }),
  )
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
