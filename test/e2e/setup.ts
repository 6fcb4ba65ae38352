import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The end-to-end tests need a build and a cluster; `npm test` makes both, and so does this when called alone. */
export default function setup(): void {
  if (!existsSync(join(root, 'dist/docker.js')))
    throw new Error('no build: run `npm run build` (or `npm test`) first')
  // A shell reads them, since they are written for one.
  const script = 'eval "$("$0" env)" && env -0'
  const variables = execFileSync('bash', ['-c', script, join(root, 'scripts/cluster')], { encoding: 'utf8' })
  for (const [, name = '', value = ''] of variables.matchAll(/([^=\0]+)=([^\0]*)\0/g))
    process.env[name] = value
}
