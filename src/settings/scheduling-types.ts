import * as v from 'valibot'
import { LABELS, OUR_DOMAIN } from '../kube/labels.ts'
import { isAnnotationKey, isLabelKey } from '../kube/qualified-name.ts'
import type { Toleration } from '../kube/types.ts'
import { listOfTexts, type ValueType } from './value-types.ts'

const LABEL_VALUE = /^(?:[a-z0-9A-Z](?:[\w.-]{0,61}[a-z0-9A-Z])?)?$/
// As `kubectl taint` writes them.
const TAINT = /^(?<key>[^=:]+)(?:=(?<value>[^=:]*))?(?::(?<effect>NoSchedule|PreferNoSchedule|NoExecute))?$/

type Texts = Readonly<Record<string, string>>

/** A YAML mapping, or one text as `a=b,c=d`. */
const mapping = v.union([v.record(v.string(), v.string()), v.pipe(v.string(), v.transform(splitPairs))])

export const nodeLabels: ValueType<Texts> = {
  expected: 'labels with their values, such as pool=functions',
  schema: v.pipe(mapping, v.check(everyKey(isLabelKey)), v.check(everyValue(isLabelValue))),
}

export const podLabels: ValueType<Texts> = {
  expected: "labels with their values, such as team=platform, none of them krmpod's own",
  schema: v.pipe(nodeLabels.schema, v.check(everyKey(isTheirs))),
}

export const podAnnotations: ValueType<Texts> = {
  expected: "annotations with their values, such as example.com/cost-centre=42, none of them krmpod's own",
  schema: v.pipe(mapping, v.check(everyKey(isAnnotationKey)), v.check(everyKey(isTheirs))),
}

const effect = v.picklist(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])

const toleration = v.strictObject({
  key: v.exactOptional(v.string()),
  operator: v.exactOptional(v.picklist(['Equal', 'Exists'])),
  value: v.exactOptional(v.string()),
  effect: v.exactOptional(effect),
  tolerationSeconds: v.exactOptional(v.pipe(v.number(), v.integer())),
})

export const tolerationList: ValueType<readonly Toleration[]> = {
  expected:
    "tolerations as in a Pod's spec, or as `kubectl taint` names taints, such as dedicated=functions:NoSchedule",
  schema: v.union([
    v.array(v.union([toleration, v.pipe(v.string(), v.regex(TAINT), v.transform(tolerationOf))])),
    v.pipe(listOfTexts, v.array(v.pipe(v.string(), v.regex(TAINT), v.transform(tolerationOf)))),
  ]),
}

function tolerationOf(taint: string): v.InferOutput<typeof toleration> {
  const { key, value, effect: word } = TAINT.exec(taint)?.groups ?? {}
  return {
    ...(key !== undefined && { key }),
    ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
    ...(word !== undefined && { effect: v.parse(effect, word) }),
  }
}

function splitPairs(text: string): Texts {
  const pairs = text.split(',').map((pair) => {
    const [key = '', ...value] = pair.split('=')
    return [key.trim(), value.join('=')] as const
  })
  return Object.fromEntries(pairs)
}

function everyKey(check: (key: string) => boolean): (texts: Texts) => boolean {
  return (texts) => Object.keys(texts).every(check)
}

function everyValue(check: (value: string) => boolean): (texts: Texts) => boolean {
  return (texts) => Object.values(texts).every(check)
}

function isLabelValue(value: string): boolean {
  return LABEL_VALUE.test(value)
}

function isTheirs(key: string): boolean {
  return key !== LABELS.managedBy && !key.toLowerCase().startsWith(`${OUR_DOMAIN}/`)
}
