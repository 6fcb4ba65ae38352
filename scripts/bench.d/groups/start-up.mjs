import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { table } from '../markdown.mjs'
import { AS_KUSTOMIZE, ROOT, timed } from '../programs.mjs'

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

export default {
  name: 'start-up',
  title: 'Start-up',
  share: 1,
  note: 'From the start of the process, shell included, until `docker run` opens its first connection, by the clock of the server that it opens it to. `node -e 0`: until it has ended.',
  lines,
  details,
}

function lines(world) {
  return [
    { name: 'node', label: '`node -e 0`', run: () => timed([process.execPath, '-e', '0']) },
    {
      name: 'inCluster',
      label: 'service account of a Pod',
      run: () => untilConnected((port) => inCluster(world.folder, port)),
    },
    {
      name: 'kubeconfig',
      label: 'kubeconfig',
      run: () => untilConnected((port) => withKubeconfig(world.folder, port)),
    },
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

async function untilConnected(program) {
  const server = createServer((socket) => socket.on('error', () => undefined))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { path, env } = program(server.address().port)
  const connected = once(server, 'connection')
  const start = performance.now()
  const words = [...AS_KUSTOMIZE, 'an-image']
  const child = spawn(path, words, { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' })
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

/** The cluster's own, with certificates and all, but for the address. */
function withKubeconfig(folder, port) {
  const file = join(folder, 'kubeconfig')
  const text = execFileSync('kubectl', ['config', 'view', '--raw', '--minify', '--flatten'], {
    encoding: 'utf8',
  })
  writeFileSync(file, text.replace(/^( +server:) .*$/m, `$1 https://127.0.0.1:${port}`))
  return { path: join(ROOT, 'bin/docker'), env: { HOME: folder, KUBECONFIG: file } }
}

/** A copy of the build that looks for its service account in a folder of ours. */
function inCluster(folder, port) {
  const copy = join(folder, 'in-cluster')
  const account = join(copy, 'account')
  mkdirSync(account, { recursive: true })
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  for (const file of ['token', 'namespace']) writeFileSync(join(account, file), 'x')
  writeFileSync(join(account, 'ca.crt'), certificateOfCluster())
  replaceInBundle(join(copy, 'dist'), SERVICE_ACCOUNT, account)
  const env = { HOME: folder, KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) }
  return { path: join(copy, 'bin/docker'), env }
}

function certificateOfCluster() {
  const path = '{.clusters[0].cluster.certificate-authority-data}'
  const words = ['config', 'view', '--raw', '--minify', '--flatten', '-o', `jsonpath=${path}`]
  return Buffer.from(execFileSync('kubectl', words, { encoding: 'utf8' }), 'base64')
}

function replaceInBundle(dist, from, to) {
  const files = ['docker.js', ...readdirSync(join(dist, 'chunks')).map((name) => join('chunks', name))]
  const holders = files.filter((name) => readFileSync(join(dist, name), 'utf8').includes(from))
  if (holders.length === 0) throw new Error(`${from} is not in the bundle`)
  for (const name of holders) {
    const path = join(dist, name)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to))
  }
}
