// Bundles the programs (CommonJS, what they rarely need in lazy chunks) and the library (an ES module with its types).
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { mergeChunks } from './merge-chunks.mjs'
import { thirdPartyLicences } from './third-party-licences.mjs'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const outdir = join(root, 'dist')

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  // ws tries these and does without.
  external: ['bufferutil', 'utf-8-validate'],
  logLevel: 'warning',
}
const sources = {
  ...common,
  splitting: true,
  format: 'esm',
  define: { KRMPOD_VERSION: JSON.stringify(version) },
  // Its ES modules: the CommonJS form, which Node would get, is larger and hides its names from dynamic imports.
  alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
  metafile: true,
}

rmSync(outdir, { recursive: true, force: true })
const library = await build({
  ...sources,
  entryPoints: { index: 'src/index.ts' },
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  // Bundled CommonJS packages call require() for Node's own modules.
  banner: {
    js: "import{createRequire as krmpodRequire}from'node:module';const require=krmpodRequire(import.meta.url);",
  },
})
const programs = await build({
  ...sources,
  entryPoints: { docker: 'src/cli/docker.ts', krmpod: 'src/cli/krmpod.ts' },
  outdir: join(outdir, 'cli'),
})
const docker = ['src/cli/docker.ts', 'src/cli/docker-command.ts']
const dial = [...docker, 'src/cli/run-in-cluster.ts', 'src/cli/cluster.ts']
const secure = [...dial, 'src/cluster/connections.ts']
const connect = [...secure, 'src/cluster/api-client.ts']
await mergeChunks({
  root,
  outputs: programs.metafile.outputs,
  programs: ['src/cli/docker.ts', 'src/cli/krmpod.ts'],
  hot: {
    dial,
    secure,
    connect,
    kubeconfig: [...connect, 'src/cluster/kubeconfig.ts'],
    pod: [...connect, 'src/run/run.ts'],
    'whole-run': [...connect, 'src/run/run.ts', 'src/session/attach-stream.ts'],
    hit: [...docker, 'src/cache/recall.ts'],
    messenger: ['src/cli/docker.ts', 'src/cli/run-in-build.ts'],
  },
  late: ['src/cluster/connections.ts', 'src/cluster/api-client.ts'],
  options: {
    ...common,
    format: 'cjs',
    // As src/start calls it: whole, so that it need not copy the text.
    banner: { js: '(function(module,require,exports){"use strict";' },
    footer: { js: '})' },
    // src/start loads chunks by require() alone.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'module.url' },
    // What a chunk imports for nothing but its order is loaded all the same, and defines only.
    logOverride: { 'ignored-bare-import': 'silent' },
  },
})
await build({
  ...common,
  entryPoints: ['src/start/start.ts'],
  outfile: join(outdir, 'start.cjs'),
  format: 'cjs',
  define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
})
const inputs = [...new Set([library, programs].flatMap(({ metafile }) => Object.keys(metafile.inputs)))]
writeFileSync(join(outdir, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicences(root, inputs))
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'], {
  cwd: root,
  stdio: 'inherit',
})
