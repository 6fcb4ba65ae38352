const DOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i

/** A DNS name as Kubernetes takes it for hosts, search domains and the prefixes of annotation keys. */
export function isDomain(text: string): boolean {
  return DOMAIN.test(text)
}
