/** What a registry asks for with its 401 (RFC 7235; distribution's token authentication). */
export type Challenge =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string }

const PARAMETER = /([a-z]+)="((?:[^"\\]|\\.)*)"/gi

/** `header`: the value of WWW-Authenticate. Undefined: it asks for nothing that we know. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header ?? '') ?? []
  if (scheme.toLowerCase() === 'basic') return { kind: 'basic' }
  if (scheme.toLowerCase() !== 'bearer') return undefined
  const values = new Map(
    [...rest.matchAll(PARAMETER)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  )
  const realm = values.get('realm')
  const service = values.get('service')
  const scope = values.get('scope')
  if (!realm) return undefined
  return {
    kind: 'bearer',
    realm,
    ...(service !== undefined && { service }),
    ...(scope !== undefined && { scope }),
  }
}
