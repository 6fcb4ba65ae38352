import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { parse } from 'yaml'
import { denyAllPolicy } from '../../../src/plan/network-policy.ts'
import { filesWith, holdersOf, shows } from './canary.ts'
import type { testNamespace } from './cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from './docker.ts'
import { callerIn } from './service-account.ts'

type Variables = Readonly<Record<string, string>>
type Said = Pick<Ended, 'stderr'> & { readonly stdout: Buffer | string }

/** Has two secrets, the variable CANARY and the token of a service account, and has krmpod say all that it can. */
interface CanaryCaller extends AsyncDisposable {
  readonly canary: string
  readonly token: string
  /** Nobody else's: what krmpod leaves on the disk is here. */
  readonly folder: string
  readonly environment: (env?: Variables) => Record<string, string>
  readonly run: (words: readonly string[], env?: Variables, program?: 'krmpod') => Promise<Ended>
  /** Neither secret is in what was said, nor in what is left on the disk and in the cluster. */
  readonly expectSilence: (said: Said) => Promise<void>
}

export async function canaryCaller(space: Awaited<ReturnType<typeof testNamespace>>): Promise<CanaryCaller> {
  await space.apply(denyAllPolicy(space.name))
  const canary = `canary-${randomBytes(12).toString('hex')}`
  const folder = await mkdtemp(join(tmpdir(), 'krmpod-canary-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const config = await callerIn(space.name)
  await writeFile(kubeconfig, config)
  const token = (parse(config) as { users: readonly [{ user: { token: string } }] }).users[0].user.token
  const environment = (env: Variables = {}): Record<string, string> => ({
    KUBECONFIG: kubeconfig,
    XDG_CACHE_HOME: folder,
    TMPDIR: folder,
    KRMPOD_NAMESPACE: space.name,
    KRMPOD_LOG: 'debug',
    KRMPOD_DEADLINE: '60s',
    CANARY: canary,
    ...env,
  })
  return {
    canary,
    token,
    folder,
    environment,
    run: (words, env, program?: 'krmpod') => {
      const call = { namespace: space.name, env: environment(env), input: 'in', ...(program && { program }) }
      return docker([...(program ? [] : AS_KUSTOMIZE), ...words], call)
    },
    expectSilence: async ({ stdout, stderr }) => {
      for (const secret of [canary, token]) {
        expect(shows(`${stdout.toString()}\n${stderr}`, secret), stderr).toBe(false)
        expect(await filesWith(secret, folder)).toEqual(secret === token ? [kubeconfig] : [])
        expect(await holdersOf(secret, space.name)).toEqual([])
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
