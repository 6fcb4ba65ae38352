import type { KubeObject } from './kube-object.ts'

/** A LIST by name, with labelSelector (`a=b` and `a`), limit and continue. */
export function listPage(all: readonly KubeObject[], query: URLSearchParams): object {
  const after = query.get('continue') ?? ''
  const rest = all
    .filter((object) => isSelected(object, query.get('labelSelector') ?? '') && keyOf(object) > after)
    .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  const items = rest.slice(0, Number(query.get('limit') ?? rest.length))
  const last = items.at(-1)
  const more = last !== undefined && items.length < rest.length
  return { kind: 'List', metadata: more ? { continue: keyOf(last) } : {}, items }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`
}

function isSelected({ metadata }: KubeObject, selector: string): boolean {
  return selector.split(',').every((requirement) => {
    const [key = '', value] = requirement.split('=')
    const label = metadata.labels?.[key]
    return key === '' || (value === undefined ? label !== undefined : label === value)
  })
}
