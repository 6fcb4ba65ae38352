import type { PodSpec, Toleration } from '../kube/types.ts'
import type { SettingKey } from './keys.ts'
import { settingError } from './setting-error.ts'
import type { Place, TemplateValue } from './template-fields.ts'
import { readFields, TEMPLATE } from './template-fields.ts'

type Texts = Readonly<Record<string, string>>
type ResourceTexts = Readonly<Partial<Record<'cpu' | 'memory' | 'ephemeral-storage', string>>>

/** What is left of a PodTemplate once its fields are known to be ours to take. */
export interface PodTemplate {
  readonly metadata?: { readonly labels?: Texts; readonly annotations?: Texts }
  readonly spec?: TemplateSpec
}

type PlainField = 'affinity' | 'topologySpreadConstraints' | 'runtimeClassName' | 'schedulerName' | 'overhead'

export interface TemplateSpec
  extends Readonly<Partial<Pick<PodSpec, PlainField | 'dnsPolicy' | 'dnsConfig' | 'securityContext'>>> {
  readonly nodeSelector?: Texts
  readonly tolerations?: readonly Toleration[]
  readonly imagePullSecrets?: readonly { readonly name: string }[]
  readonly hostUsers?: false
  readonly containers?: readonly TemplateContainer[]
}

interface TemplateContainer {
  readonly name?: string
  readonly securityContext?: NonNullable<PodSpec['containers'][number]['securityContext']>
  readonly resources?: { readonly requests?: ResourceTexts; readonly limits?: ResourceTexts }
}

/** A template, and those of its fields that are settings: weaker than what any other source says of them. */
export interface ReadTemplate {
  readonly template: PodTemplate
  readonly settings: ReadonlyMap<SettingKey, TemplateValue>
  readonly source: string
}

/** `value`: a PodTemplate, or what stands below its `template`. Throws SETTINGS with the field that it may not have. */
export function readPodTemplate(value: unknown, place: Place): ReadTemplate {
  const whole = isPodTemplate(value) ? value.template : value
  const template = readFields(whole, { rule: TEMPLATE, ...place }) as PodTemplate
  const { containers = [], hostUsers } = template.spec ?? {}
  if (containers.length > 1 || containers.some(({ name }) => name === undefined)) {
    const key = `${place.key}.spec.containers`
    throw settingError({ ...place, key, expected: 'one container, named function', got: containers })
  }
  const [container] = containers
  const isReadOnly = container?.securityContext?.readOnlyRootFilesystem
  return {
    template,
    source: place.source,
    settings: new Map<SettingKey, TemplateValue>([
      ...resourceSettings(container),
      ...(isReadOnly ? [['readOnlyRoot', true] as const] : []),
      ...(hostUsers === false ? [['userNamespaces', 'on'] as const] : []),
    ]),
  }
}

function resourceSettings({ resources = {} }: TemplateContainer = {}): (readonly [SettingKey, string])[] {
  return (['requests', 'limits'] as const).flatMap((list) =>
    Object.entries(resources[list] ?? {}).map(([name, quantity]) => {
      const resource = name === 'ephemeral-storage' ? 'ephemeralStorage' : (name as 'cpu' | 'memory')
      return [`resources.${list}.${resource}`, quantity] as const
    }),
  )
}

function isPodTemplate(value: unknown): value is { readonly template: unknown } {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'PodTemplate'
}
