import { isDeepStrictEqual } from 'node:util'
import { HttpFailure } from './http-failure.ts'

interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
}

type Node = Record<string, unknown>

/** RFC 6902, as far as runs use it: `add`, and `test`, `remove` and `replace` of members that are there. */
export function jsonPatched<T>(object: T, operations: readonly Operation[]): T {
  const copy = structuredClone(object)
  for (const operation of operations) apply(copy as Node, operation)
  return copy
}

function apply(object: Node, { op, path, value }: Operation): void {
  const keys = path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = keys.pop() ?? ''
  const parent = keys.reduce<Node | undefined>((node, key) => node?.[key] as Node | undefined, object)
  if (op === 'add' && parent) {
    parent[last] = value
    return
  }
  const isThere = parent !== undefined && Object.hasOwn(parent, last)
  if (!isThere || (op === 'test' && !isDeepStrictEqual(parent[last], value))) throw refused()
  if (op === 'remove') Reflect.deleteProperty(parent, last)
  if (op === 'replace') parent[last] = value
}

/** In the words of the API server, which does not say what was wrong. */
function refused(): HttpFailure {
  return new HttpFailure(422, 'Invalid', 'the server rejected our request due to an error in our request')
}
