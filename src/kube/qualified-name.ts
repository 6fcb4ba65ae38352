// apimachinery's IsQualifiedName: [DNS subdomain/]name.
const NAME = /^[a-z0-9](?:[\w.-]{0,61}[a-z0-9])?$/i
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

/** A DNS name of any case: Kubernetes lower-cases annotation keys before it looks at them; resolvers do not care. */
export function isDomain(text: string): boolean {
  return SUBDOMAIN.test(text.toLowerCase())
}

/** A label's key: its prefix is in lower case. */
export function isLabelKey(key: string): boolean {
  return isQualified(key, (prefix) => SUBDOMAIN.test(prefix))
}

/** An annotation's key: its prefix is of any case. */
export function isAnnotationKey(key: string): boolean {
  return isQualified(key, isDomain)
}

function isQualified(key: string, isPrefix: (text: string) => boolean): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse()
  return more.length === 0 && NAME.test(name) && (prefix === undefined || isPrefix(prefix))
}
