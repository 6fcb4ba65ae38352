import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { execa } from 'execa'
import { kubectl } from '../e2e/support/cluster.ts'
import { BIN } from '../e2e/support/docker.ts'
import type { Program } from './call.ts'

/** The real docker, by its full path: what is called `docker` on the PATH may be krmpod. */
export function realDocker(): Program {
  const path = required('KRMPOD_ENGINE_CLIENT')
  const env = {
    DOCKER_HOST: required('KRMPOD_ENGINE_HOST'),
    DOCKER_CONTEXT: undefined,
    // A person's configuration can add variables to every container ("proxies").
    DOCKER_CONFIG: `/nonexistent/${randomUUID()}`,
  }
  return {
    path,
    env,
    sweep: async (label) => {
      const { stdout } = await execa(path, ['ps', '--all', '--quiet', '--filter', `label=${label}`], { env })
      const ids = stdout.split('\n').filter(Boolean)
      if (ids.length > 0) await execa(path, ['rm', '--force', ...ids], { env })
      return ids.length
    },
  }
}

/** `--rm` leaves those that have a name. */
export async function removeVolume({ path, env }: Program, name: string): Promise<void> {
  await execa(path, ['volume', 'rm', '--force', name], { env, reject: false })
}

/**
 * This checkout's build, in a namespace of the test cluster. `cache`: a folder of its own, since it remembers there which
 * images speak early.
 */
export function krmpod(namespace: string, cache: string): Program {
  return {
    path: join(BIN, 'docker'),
    env: { KRMPOD_NAMESPACE: namespace, XDG_CACHE_HOME: cache },
    sweep: async (label) => {
      const [name = '', value] = label.split('=')
      const answer = await kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])
      const left = (JSON.parse(answer) as { items: readonly Pod[] }).items.filter(
        ({ metadata }) => metadata.annotations?.[name] === value && metadata.deletionTimestamp === undefined,
      )
      for (const { metadata } of left)
        await kubectl(['delete', 'pod', metadata.name, '-n', namespace, '--wait=false'])
      return left.length
    },
  }
}

interface Pod {
  readonly metadata: {
    readonly name: string
    readonly annotations?: Readonly<Record<string, string>>
    readonly deletionTimestamp?: string
  }
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run this with \`npm run oracle\``)
  return value
}
