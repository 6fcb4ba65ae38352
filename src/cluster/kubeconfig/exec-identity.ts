import { type KeptText, keptText, NOT_KEPT } from '../kept-text.ts'
import { type ExecCredential, parseExecCredential } from './exec-credential.ts'
import { callPlugin, checkPlugin, type PluginCall } from './exec-plugin.ts'
import { bearer, type Identity } from './identity.ts'
import { oneAtATime } from './one-at-a-time.ts'

interface ExecOptions {
  /** Undefined: nothing is kept on disk. */
  readonly cacheDir: string | undefined
  readonly now: () => number
}

/** A credential on disk has to be good for a whole request to come. */
const MARGIN_MS = 60_000
const DAY_MS = 24 * 3_600_000

/** Shells change these all the time; no plugin asks them who we are. */
const BOOKKEEPING = new Set(['_', 'OLDPWD', 'PWD', 'SHLVL'])

/** Who the credential plugin says we are: from the disk while that is good, else by running it, now and when it expires. */
export async function execIdentity(call: PluginCall, { cacheDir, now }: ExecOptions): Promise<Identity> {
  checkPlugin(call)
  const cache =
    cacheDir === undefined ? NOT_KEPT : keptText({ dir: cacheDir, forgetAfterMs: DAY_MS }, cacheKey(call))
  let held = kept(cache, { call, now }) ?? (await fetched(cache, call))
  const renew = oneAtATime(async () => {
    held = await fetched(cache, call)
  })
  return {
    certificate: () => held.certificate,
    headers: async () => {
      if (isOver(held, now())) await renew()
      return held.token === undefined ? {} : bearer(held.token)
    },
    refresh: renew,
  }
}

function kept(
  cache: KeptText,
  { call, now }: { call: PluginCall; now: () => number },
): ExecCredential | undefined {
  const text = cache.read()
  if (text === undefined) return undefined
  const credential = parsed(text, call.exec.apiVersion)
  if (credential?.expiresMs !== undefined && !isOver(credential, now() + MARGIN_MS)) return credential
  cache.remove()
  return undefined
}

function parsed(text: string, apiVersion: string): ExecCredential | undefined {
  try {
    return parseExecCredential(text, apiVersion)
  } catch {
    return undefined
  }
}

async function fetched(cache: KeptText, call: PluginCall): Promise<ExecCredential> {
  const { credential, stdout } = await callPlugin(call)
  if (credential.expiresMs === undefined) cache.remove()
  else cache.write(stdout)
  return credential
}

function isOver({ expiresMs }: ExecCredential, atMs: number): boolean {
  return expiresMs !== undefined && atMs >= expiresMs
}

/**
 * All that the plugin can see. The environment counts whole (AWS_PROFILE and the like choose who we are), so a
 * variable we have never heard of cannot bring back somebody else's credential.
 */
function cacheKey({ exec, cluster, env }: PluginCall): unknown {
  const seen = Object.entries(env).filter(([name]) => !BOOKKEEPING.has(name) && !name.startsWith('KRMPOD_'))
  return { exec, cluster, env: seen.sort(([a], [b]) => (a < b ? -1 : 1)) }
}
