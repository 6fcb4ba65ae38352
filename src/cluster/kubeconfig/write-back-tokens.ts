import { chmod, chown, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import type { Named } from './choose-context.ts'
import type { AuthProvider, User } from './schema.ts'

/**
 * Puts renewed OIDC tokens into the kubeconfig they came from, as kubectl does. Best effort: where the file cannot
 * be written, this run has its token all the same.
 */
export async function writeBackTokens(user: Named<User>, tokens: AuthProvider['config']): Promise<void> {
  const file = await realpath(user.file).catch(() => undefined)
  if (file === undefined) return
  // kubectl's own lock: who finds it leaves the file alone.
  const lock = `${file}.lock`
  try {
    await writeFile(lock, '', { flag: 'wx', mode: 0o600 })
  } catch {
    return
  }
  try {
    await replace(file, await withTokens(await readFile(file, 'utf8'), { user: user.name, tokens }))
  } catch {
    return
  } finally {
    await rm(lock, { force: true })
  }
}

interface Change {
  readonly user: string
  readonly tokens: AuthProvider['config']
}

/** Comments and order stay as they are. */
async function withTokens(text: string, { user, tokens }: Change): Promise<string> {
  const { isMap, isSeq, parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const users = document.get('users')
  const index = isSeq(users) ? users.items.findIndex((item) => isMap(item) && item.get('name') === user) : -1
  if (index < 0) throw new Error('the user is gone')
  for (const key of ['id-token', 'refresh-token']) {
    document.setIn(['users', index, 'user', 'auth-provider', 'config', key], tokens[key])
  }
  return document.toString({ lineWidth: 0 })
}

async function replace(file: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(file)
  const draft = `${file}.krmpod`
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 })
    await chmod(draft, mode)
    await chown(draft, uid, gid)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
