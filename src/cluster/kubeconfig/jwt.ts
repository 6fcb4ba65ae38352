import * as v from 'valibot'

const claims = v.object({ exp: v.number() })

/** When a token expires, by its own word; undefined when it does not say. Its signature is not our business. */
export function jwtExpiryMs(token: string): number | undefined {
  const [, payload = ''] = token.split('.')
  try {
    const result = v.safeParse(claims, JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
    return result.success ? result.output.exp * 1000 : undefined
  } catch {
    return undefined
  }
}
