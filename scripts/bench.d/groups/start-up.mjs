import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { table } from '../markdown.mjs'
import { AS_KUSTOMIZE, ROOT, timed } from '../programs.mjs'
import { kubectl } from '../world.mjs'

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

export default {
  name: 'start-up',
  title: 'Start-up',
  share: 1,
  note: 'From the start of the process, shell included, until `docker run` opens its first connection, by the clock of the server that it opens it to; its code was kept by an earlier run (ADR 10), but for the lines that say otherwise. `node -e 0`: until it has ended.',
  lines,
  details,
}

function lines(world) {
  const place = { folder: world.folder, namespace: world.namespace('start-up'), image: world.image('cat') }
  return [
    { name: 'node', label: '`node -e 0`', run: () => timed([process.execPath, '-e', '0']) },
    ...[
      { name: 'inCluster', label: 'service account of a Pod', program: inCluster(place) },
      { name: 'kubeconfig', label: 'kubeconfig', program: withKubeconfig(place) },
    ].flatMap(({ name, label, program }) => [
      { name, label, run: () => untilConnected(program) },
      {
        name: `${name}Compiling`,
        label: `${label}, no code kept`,
        run: () => untilConnected(program, { NODE_DISABLE_COMPILE_CACHE: '1' }),
      },
    ]),
  ]
}

/** What each module costs. */
function details() {
  const json = execFileSync(process.execPath, [join(ROOT, 'scripts/import-cost.mjs'), '--json'])
  const rows = JSON.parse(json).map(({ name, kilobytes, middle, fastest }) => [
    name,
    kilobytes,
    middle,
    fastest,
  ])
  const head = ['bundled alone', 'KB', 'median, +ms', 'fastest, +ms']
  return `What the parts of a run cost over a bare Node (\`node scripts/import-cost.mjs\`):\n\n${table(head, rows)}`
}

async function untilConnected({ path, env, pointTo }, more) {
  const server = createServer((socket) => socket.on('error', () => undefined))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = pointTo(new URL(`https://127.0.0.1:${server.address().port}`))
  const connected = once(server, 'connection')
  const start = performance.now()
  const child = spawn(path, [...AS_KUSTOMIZE, 'an-image'], {
    env: { ...env, ...address, ...more },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`docker ended with ${code} before it connected`)
  })
  await Promise.race([connected, ended])
  const ms = performance.now() - start
  ended.catch(() => undefined)
  child.kill('SIGKILL')
  server.close()
  return { ms }
}

/** A whole run, after which the code of such a run is kept. */
function learned({ path, env, pointTo }, { namespace, image }) {
  const words = [...AS_KUSTOMIZE, image]
  const all = {
    ...env,
    ...pointTo(new URL(view('{.clusters[0].cluster.server}'))),
    KRMPOD_NAMESPACE: namespace,
  }
  execFileSync(path, words, { env: all, stdio: ['ignore', 'inherit', 'inherit'] })
  return { path, env, pointTo }
}

/** The cluster's own, with certificates and all, but for the address. */
function withKubeconfig(place) {
  const file = join(place.folder, 'kubeconfig')
  const text = kubectl('config', 'view', '--raw', '--minify', '--flatten')
  const pointTo = ({ origin }) => {
    writeFileSync(file, text.replace(/^( +server:) .*$/m, `$1 ${origin}`))
    return {}
  }
  const env = { PATH: process.env.PATH, HOME: place.folder, KUBECONFIG: file }
  return learned({ path: join(ROOT, 'bin/docker'), env, pointTo }, place)
}

/** A copy of the build that looks for its service account in a folder of ours. */
function inCluster(place) {
  const copy = join(place.folder, 'in-cluster')
  const account = join(copy, 'account')
  mkdirSync(account, { recursive: true })
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  writeFileSync(join(account, 'namespace'), place.namespace)
  writeFileSync(join(account, 'token'), tokenFor(place))
  writeFileSync(
    join(account, 'ca.crt'),
    Buffer.from(view('{.clusters[0].cluster.certificate-authority-data}'), 'base64'),
  )
  replaceInBundle(join(copy, 'dist/cli'), SERVICE_ACCOUNT, account)
  const pointTo = ({ hostname, port }) => ({
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
  })
  const env = { PATH: process.env.PATH, HOME: place.folder }
  return learned({ path: join(copy, 'bin/docker'), env, pointTo }, place)
}

function tokenFor({ namespace }) {
  kubectl('create', 'serviceaccount', '-n', namespace, 'bench')
  const who = `--serviceaccount=${namespace}:bench`
  kubectl('create', 'rolebinding', '-n', namespace, 'bench', '--clusterrole=cluster-admin', who)
  return kubectl('create', 'token', '-n', namespace, 'bench').trim()
}

function view(path) {
  return kubectl('config', 'view', '--raw', '--minify', '--flatten', '-o', `jsonpath=${path}`)
}

function replaceInBundle(folder, from, to) {
  const files = readdirSync(folder).map((name) => join(folder, name))
  const holders = files.filter((path) => readFileSync(path, 'utf8').includes(from))
  if (holders.length === 0) throw new Error(`${from} is not in the bundle`)
  for (const path of holders) writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to))
}
