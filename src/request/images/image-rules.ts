import { RunError } from '../../errors/run-error.ts'
import type { Settings } from '../../settings/settings.ts'
import { matches } from '../glob.ts'
import { type ImageRef, parseImageRef, splitDomain } from './image-ref.ts'

export type ImageRules = Pick<Settings['images'], 'allow' | 'rewrite'>

/**
 * What the nodes pull for an image of this name: the name itself, or what the settings make of it. The rules are about
 * the name as it was given, as docker reads it; a node may read a short one otherwise (CRI-O's
 * unqualified-search-registries), so that what was allowed is named in full. Throws IMAGE_NOT_ALLOWED.
 */
export function permittedImage(given: string, { allow, rewrite }: ImageRules): string {
  const ref = parseImageRef(given)
  if (!allow) return rewritten(ref, rewrite) ?? given
  if (!allow.some((rule) => allows(rule, ref)))
    throw new RunError('IMAGE_NOT_ALLOWED', { image: given, rules: allow.join(', ') || 'no rule' })
  return rewritten(ref, rewrite) ?? nameOf(ref) + versionOf(ref)
}

/** What the nodes pull for an image that the settings name: it needs no permission. */
export function rewrittenImage(given: string, rewrite: ImageRules['rewrite']): string {
  return rewritten(parseImageRef(given), rewrite) ?? given
}

/** The longest prefix that is there counts; without one, there is nothing to rewrite. */
function rewritten(ref: ImageRef, rewrite: ImageRules['rewrite']): string | undefined {
  const name = nameOf(ref)
  const [longest] = rewrite
    .filter(([from]) => name === from || name.startsWith(`${from}/`))
    .toSorted(([one], [other]) => other.length - one.length)
  return longest && longest[1] + name.slice(longest[0].length) + versionOf(ref)
}

function nameOf({ registry, repository }: ImageRef): string {
  return `${registry}/${repository}`
}

/**
 * A digest alone decides what runs. So a rule with a tag says nothing of a name with a digest, and one with a digest
 * nothing of a name without.
 */
function allows(rule: string, ref: ImageRef): boolean {
  const { name, tag, digest } = splitRule(rule)
  if (!matches(name, nameOf(ref))) return false
  if (digest !== undefined) return ref.digest !== undefined && matches(digest, ref.digest)
  if (tag !== undefined) return ref.digest === undefined && matches(tag, ref.tag ?? 'latest')
  return true
}

interface Rule {
  readonly name: string
  readonly tag?: string
  readonly digest?: string
}

/** As names are: what does not begin with a registry is Docker Hub's. A whole wildcard may stand for the registry. */
function splitRule(rule: string): Rule {
  const [, path = '', tag, digest] = /^(.*?)(?::([^:/@]*))?(?:@(.*))?$/s.exec(rule) ?? []
  const isWhole = path === 'docker.io/**' || /^\*(?:\*$|\*?\/)/.test(path)
  const name = isWhole ? path : splitDomain(path).join('/')
  return { name, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) }
}

function versionOf({ tag, digest }: ImageRef): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`)
}
