import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import useCluster from '../e2e/setup.ts'

const program = join(import.meta.dirname, '../../scripts/docker-engine')

/** The oracle needs what the end-to-end tests need, and a Docker engine. */
export default function setup(): void {
  useCluster()
  execFileSync(program, ['up'], { stdio: ['ignore', 'inherit', 'inherit'] })
  for (const [, name, value] of execFileSync(program, ['env'], { encoding: 'utf8' }).matchAll(
    /^export (\w+)=(.*)$/gm,
  )) {
    if (name !== undefined) process.env[name] = value
  }
}
