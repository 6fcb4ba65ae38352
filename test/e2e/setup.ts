import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The end-to-end tests need a build and a cluster; `npm test` makes both, and so does this when called alone. */
export default function setup(): void {
  if (!existsSync(join(root, 'dist/docker.js')))
    throw new Error('no build: run `npm run build` (or `npm test`) first')
  const lines = execFileSync(join(root, 'scripts/cluster'), ['env'], { encoding: 'utf8' })
  for (const [, name, value] of lines.matchAll(/^export (\w+)=(.*)$/gm)) {
    if (name === undefined || value === undefined) continue
    const plain = value.replaceAll('"', '').replace('$PATH', process.env['PATH'] ?? '')
    process.env[name] = plain
  }
}
