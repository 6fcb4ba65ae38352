// What our packages cost at start-up: size of the minified bundle, and time over a bare `node`: median of
// 15 runs, and the fastest of them, which says more on a busy machine.
// The figures of docs/dependencies.md come from here. `--json`: for `npm run bench`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

const RUNS = 15
const root = join(import.meta.dirname, '..')
const work = mkdtempSync(join(tmpdir(), 'krmpod-cost-'))

const kubeconfig = join(work, 'kubeconfig')
writeFileSync(
  kubeconfig,
  `clusters:
- cluster:
    certificate-authority: ca.crt
    server: https://c
  name: c
contexts:
- context:
    cluster: c
    user: u
  name: c
current-context: c
users:
- name: u
  user:
    token: t
`,
)
writeFileSync(join(work, 'ca.crt'), '-----BEGIN CERTIFICATE-----\n')
writeFileSync(join(work, 'token'), 't')
writeFileSync(join(work, 'config.yaml'), 'namespace: functions\n')

const load = `import { loadCredentials } from './src/cluster/load-credentials.ts'
await loadCredentials({ settings: { credentials: { cache: 'on' } }, home: '/absent', serviceAccountDir: '${work}', env:`
const settings = `import { loadSettings } from './src/cli/load-settings.ts'
await loadSettings({ home: '/absent', env:`

const CASES = {
  'node alone': '',
  'node:https, node:fs': `import { Agent } from 'node:https'
import { readFile } from 'node:fs/promises'
new Agent(); await readFile('${kubeconfig}')`,
  valibot: "import * as v from 'valibot'; v.parse(v.object({ a: v.string() }), { a: '' })",
  yaml: "import { parseDocument } from 'yaml'; parseDocument('a: b').toJS()",
  ws: "import WebSocket from 'ws'; WebSocket.OPEN",
  'tar-stream': "import { extract } from 'tar-stream'; extract()",
  yargs: "import yargs from 'yargs'; yargs([]).scriptName('x').parse()",
  pino: "import { pino } from 'pino'; pino({ level: 'debug' })",
  "client-node's KubeConfig": `import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
new KubeConfig().loadFromFile('${kubeconfig}')`,
  'settings, no file': `${settings} {} })`,
  'settings, one file': `${settings} { KRMPOD_CONFIG: '${join(work, 'config.yaml')}' } })`,
  'credentials, kubeconfig': `${load} { KUBECONFIG: '${kubeconfig}' } })`,
  'credentials, in a Pod': `${load} { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' } })`,
}

const cases = await Promise.all(Object.entries(CASES).map(bundle))
for (let run = 0; run <= RUNS; run++) {
  for (const one of cases) {
    const ms = time(one.file)
    // The first run fills the disk cache.
    if (run > 0) one.times.push(ms)
  }
}
const [bare] = cases.map(summary)
const rows = cases.map(({ name, bytes, times }) => {
  const { middle, fastest } = summary({ times })
  const [more, least] = [middle - bare.middle, fastest - bare.fastest].map((ms) => ms.toFixed(1))
  return { name, kilobytes: (bytes / 1024).toFixed(0), middle: more, fastest: least }
})
if (process.argv.includes('--json')) console.log(JSON.stringify(rows))
else print(rows)
rmSync(work, { recursive: true })

function print(rows) {
  for (const { name, kilobytes, middle, fastest } of rows)
    console.log(`${name.padEnd(26)}${kilobytes.padStart(5)} KB  +${middle} ms  (fastest +${fastest})`)
  console.log(`node alone takes ${bare.middle.toFixed(1)} ms; Node ${process.version}`)
}

async function bundle([name, contents], index) {
  const outdir = join(work, `case${index}`)
  const { metafile } = await build({
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
    external: ['bufferutil', 'utf-8-validate'],
    banner: {
      js: "import{createRequire as krmpodRequire}from'node:module';const require=krmpodRequire(import.meta.url);",
    },
    metafile: true,
  })
  const bytes = Object.keys(metafile.outputs).reduce((sum, file) => sum + statSync(join(root, file)).size, 0)
  return { name, bytes, file: join(outdir, 'stdin.mjs'), times: [] }
}

function time(file) {
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, [file], { env: { PATH: process.env.PATH } })
  if (status !== 0) throw new Error(String(stderr))
  return Number(process.hrtime.bigint() - start) / 1e6
}

function summary({ times }) {
  const sorted = times.toSorted((a, b) => a - b)
  return { middle: sorted[sorted.length >> 1], fastest: sorted[0] }
}
