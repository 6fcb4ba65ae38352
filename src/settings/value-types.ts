import * as v from 'valibot'

/** How one kind of value is read, from YAML's types or from a variable's string, and what messages call it. */
export interface ValueType<T> {
  readonly expected: string
  readonly schema: v.GenericSchema<unknown, T>
  /** Relative ones in a file are meant relative to that file. */
  readonly isPath?: boolean
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/
const USER_ID = /^(namespace|\d{1,10}:\d{1,10})$/
const DURATION = /^(\d+(\.\d+)?(ms|h|m|s))+$/
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/, without signs.
const QUANTITY = /^(\d+(?:\.\d+)?)(?:(m|k|[KMGTPE]i|[MGTPE])|e(\d{1,2}))?$/

const IMAGE_RULE = /^[\w*][\w.:/@*-]*$/
const REWRITE = /^[\w.:-]+(?:\/[\w.-]+)*=[\w.:-]+(?:\/[\w.-]+)*$/
const MIRROR = /^(\*|[\w.:-]+)=https?:\/\/[^\s/]+\/?$/

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const SHORTEST_MS = 1000
// A timer of Node counts milliseconds in 31 bits, about 24 days.
const LONGEST_MS = 168 * 3_600_000

const scalarText = v.pipe(v.union([v.string(), v.number()]), v.transform(String))

export const anyText: ValueType<string> = {
  expected: 'a text',
  schema: v.pipe(v.string(), v.nonEmpty()),
}

export const path: ValueType<string> = { expected: 'a path', schema: anyText.schema, isPath: true }

/** What the mapping may hold is looked at when it is read: pod-template.ts. */
export const pathOrMapping: ValueType<string | object> = {
  expected: 'a path, or in a settings file the mapping itself',
  schema: v.union([anyText.schema, v.record(v.string(), v.unknown())]),
  isPath: true,
}

export const namespaceName: ValueType<string> = {
  expected: 'the name of a namespace (a-z, 0-9 and dashes)',
  schema: v.pipe(v.string(), v.regex(DNS_LABEL)),
}

export const userId: ValueType<string> = {
  expected: 'UID:GID in numbers, or namespace',
  schema: v.pipe(v.string(), v.regex(USER_ID)),
}

export const trueOrFalse: ValueType<boolean> = {
  expected: 'true or false',
  schema: v.union([
    v.boolean(),
    v.pipe(
      v.picklist(['true', 'false']),
      v.transform((word) => word === 'true'),
    ),
  ]),
}

export const duration: ValueType<number> = {
  expected: 'a duration from 1s to 168h, such as 10m or 1h30m',
  schema: v.pipe(
    v.string(),
    v.regex(DURATION),
    v.transform(milliseconds),
    v.minValue(SHORTEST_MS),
    v.maxValue(LONGEST_MS),
  ),
}

/** A duration, or one of these words. */
export function durationOr<const W extends string>(...words: readonly W[]): ValueType<number | W> {
  return {
    expected: `${words.join(', ')}, or ${duration.expected}`,
    schema: v.union([v.picklist(words), duration.schema]),
  }
}

/** As Go writes one, without a sign; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  return DURATION.test(text) ? milliseconds(text) : undefined
}

/** Kept as it is written: the API server reads it. */
export const quantity: ValueType<string> = {
  expected: 'a Kubernetes quantity, such as 64Mi, 1Gi or 250m',
  schema: v.pipe(scalarText, v.regex(QUANTITY)),
}

export const sizeInBytes: ValueType<number> = {
  expected: 'a size of at least one byte, such as 512Mi, 1Gi or 1000000',
  schema: v.pipe(scalarText, v.regex(QUANTITY), v.transform(bytes), v.safeInteger(), v.minValue(1)),
}

export const count: ValueType<number> = {
  expected: 'a whole number of at least one',
  schema: v.pipe(scalarText, v.regex(/^\d+$/), v.transform(Number), v.safeInteger(), v.minValue(1)),
}

export const countOrNone: ValueType<number> = {
  expected: 'a whole number',
  schema: v.pipe(scalarText, v.regex(/^\d+$/), v.transform(Number), v.safeInteger()),
}

/** A YAML list, or one text with commas. */
export const listOfTexts: v.GenericSchema<unknown, string[]> = v.union([
  v.array(v.string()),
  v.pipe(v.string(), v.transform(splitAtCommas)),
])

export function objectName(of: string): ValueType<string> {
  return { expected: `the name of a ${of}`, schema: v.pipe(v.string(), v.regex(DNS_SUBDOMAIN)) }
}

/** `of`: what they name. */
export function namesOf(of: string): ValueType<readonly string[]> {
  return {
    expected: `names of ${of}, as a list or separated by commas`,
    schema: v.pipe(listOfTexts, v.array(v.pipe(v.string(), v.regex(DNS_SUBDOMAIN)))),
  }
}

export const folders: ValueType<readonly string[]> = {
  expected: 'absolute paths of folders, as a list or separated by commas',
  schema: v.pipe(listOfTexts, v.array(v.pipe(v.string(), v.regex(/^\//)))),
}

export const imageName: ValueType<string> = {
  expected: 'the name of an image',
  schema: v.pipe(v.string(), v.regex(/^[\w][\w.:/@-]*$/)),
}

export const imageRules: ValueType<readonly string[]> = {
  expected:
    'names of images, where * stands for any characters but a slash and ** for any, as a list or separated by commas',
  schema: v.pipe(listOfTexts, v.array(v.pipe(v.string(), v.regex(IMAGE_RULE)))),
}

/** The beginning of an image's name, and what takes its place. */
export const rewrites: ValueType<readonly (readonly [from: string, to: string])[]> = {
  expected: 'a list of FROM=TO, such as ghcr.io=mirror.example.com/ghcr',
  schema: v.pipe(listOfTexts, v.array(v.pipe(v.string(), v.regex(REWRITE), v.transform(splitPair)))),
}

export const envPatterns: ValueType<readonly string[]> = {
  expected: 'names of variables, where * stands for any characters, as a list or separated by commas',
  schema: v.pipe(listOfTexts, v.array(v.pipe(v.string(), v.regex(/^[!-<>-~]+$/)))),
}

/** A registry's name, or `*`, and the URL to ask instead. A YAML list, or one text with commas. */
export const mirrors: ValueType<readonly (readonly [registry: string, url: string])[]> = {
  expected: 'a list of REGISTRY=URL, such as docker.io=https://mirror.example.com',
  schema: v.pipe(listOfTexts, v.array(v.pipe(v.string(), v.regex(MIRROR), v.transform(splitPair)))),
}

export function oneOf<const W extends string>(...words: readonly W[]): ValueType<W> {
  return { expected: words.join(' or '), schema: v.picklist(words) }
}

function splitPair(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}

function milliseconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  const total = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (MS[unit] ?? 0), 0)
  return Math.round(total)
}

function bytes(text: string): number {
  const [, amount, suffix = '', exponent = '0'] = QUANTITY.exec(text) ?? []
  return Number(amount) * factor(suffix) * 10 ** Number(exponent)
}

function factor(suffix: string): number {
  if (suffix === 'm') return 1 / 1000
  const power = ' KMGTPE'.indexOf(suffix.charAt(0).toUpperCase() || ' ')
  return (suffix.endsWith('i') ? 1024 : 1000) ** power
}

function splitAtCommas(text: string): string[] {
  return text.split(',').map((name) => name.trim())
}
