// Bundles each program into one ES module, with what it rarely needs in lazy chunks, and writes the library's types.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { mergeChunks } from './merge-chunks.mjs'
import { thirdPartyLicences } from './third-party-licences.mjs'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const outdir = join(root, 'dist')

rmSync(outdir, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { docker: 'src/cli/docker.ts', krmpod: 'src/cli/krmpod.ts', index: 'src/index.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  chunkNames: 'chunks/[name]-[hash]',
  define: { KRMPOD_VERSION: JSON.stringify(version) },
  // Its ES modules: the CommonJS form, which Node would get, is larger and hides its names from dynamic imports.
  alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
  // ws tries these and does without.
  external: ['bufferutil', 'utf-8-validate'],
  // Bundled CommonJS packages call require() for Node's own modules.
  banner: {
    js: "import{createRequire as krmpodRequire}from'node:module';const require=krmpodRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
})
await mergeChunks({
  root,
  outputs: metafile.outputs,
  hot: {
    run: [
      'src/cli/docker.ts',
      'src/cli/docker-command.ts',
      'src/cli/run-in-cluster.ts',
      'src/cli/cluster.ts',
    ],
    hit: ['src/cli/docker.ts', 'src/cli/docker-command.ts', 'src/cache/recall.ts'],
    messenger: ['src/cli/docker.ts', 'src/cli/run-in-build.ts'],
  },
  options: {
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    external: ['bufferutil', 'utf-8-validate'],
    // What a chunk imports for nothing but its order is loaded all the same, and defines only.
    logOverride: { 'ignored-bare-import': 'silent' },
    logLevel: 'warning',
  },
})
writeFileSync(
  join(outdir, 'THIRD-PARTY-LICENSES.txt'),
  thirdPartyLicences(root, Object.keys(metafile.inputs)),
)
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'], {
  cwd: root,
  stdio: 'inherit',
})
if (process.argv.includes('--meta'))
  writeFileSync(join(dirname(outdir), 'dist/meta.json'), JSON.stringify(metafile))
