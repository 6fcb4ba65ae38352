import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageRef } from '../../request/images/image-ref.ts'
import type { Environment } from '../../settings/user-dirs.ts'
import { askHelper } from './credential-helper.ts'
import { type DockerConfig, helperFor, loginFor, parseDockerConfig } from './docker-auths.ts'
import type { Login } from './login.ts'

/** Whose docker config counts. */
export interface Caller {
  readonly env: Environment
  readonly home: string | undefined
}

/** As docker would log in: with a credential helper of the config, else with what is in it. */
export async function callerLogin(
  { registry, repository }: ImageRef,
  caller: Caller,
): Promise<Login | undefined> {
  const config = await dockerConfig(caller)
  if (!config) return undefined
  const helper = helperFor(registry, config)
  const helped = helper && (await askHelper(helper, { registry, env: caller.env }))
  return helped || loginFor(`${registry}/${repository}`, config)
}

async function dockerConfig({ env, home }: Caller): Promise<DockerConfig | undefined> {
  const folder = env['DOCKER_CONFIG'] || (home && join(home, '.docker'))
  if (!folder) return undefined
  const json = await readFile(join(folder, 'config.json'), 'utf8').catch(() => undefined)
  return json === undefined ? undefined : parseDockerConfig(json)
}
