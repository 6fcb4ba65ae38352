// Bundles the fault laboratory of test/faults and runs it: Node 20 does not read TypeScript. `--break NAME` takes that
// guard out of the bundled source.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
// Beneath the project, so that packages are found.
const folder = join(root, 'node_modules/.cache/krmpod-faults')
const { values } = parseArgs({ options: { break: { type: 'string' } }, strict: false })

mkdirSync(folder, { recursive: true })
const guard = values.break === undefined ? undefined : await findGuard(values.break)
process.setSourceMapsEnabled(true)
await load('test/faults/main.ts', guard ? [takesOut(guard)] : [])

async function findGuard(name) {
  const { GUARDS, withoutGuard } = await load('test/faults/guards.ts')
  const guard = GUARDS.find((candidate) => candidate.name === name)
  if (!guard) throw new Error(`--break ${name}: expected ${GUARDS.map((known) => known.name).join(', ')}`)
  process.stdout.write(`Without the guard "${name}": ${guard.without}.\n`)
  return { ...guard, withoutGuard }
}

/** Every file of the guard's edits, edited. */
function takesOut({ edits, withoutGuard }) {
  return {
    name: 'take-out-guard',
    setup(bundle) {
      bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const due = edits.filter(({ file }) => join(root, file) === path)
        if (due.length === 0) return undefined
        return { contents: due.reduce(withoutGuard, readFileSync(path, 'utf8')), loader: 'ts' }
      })
    },
  }
}

async function load(entry, plugins = []) {
  const outfile = join(folder, `${process.pid}-${entry.replaceAll('/', '-')}.mjs`)
  process.on('exit', () => rmSync(outfile, { force: true }))
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    define: { KRMPOD_VERSION: '"faults"' },
    plugins,
    logLevel: 'warning',
  })
  return import(pathToFileURL(outfile).href)
}
