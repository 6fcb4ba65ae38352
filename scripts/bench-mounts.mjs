// What a bind mount costs: against a run without one, and against `kubectl cp` of the same files. Fails when files do not
// arrive, when krmpod takes more memory than the bound, or more time than kubectl for the copy alone.
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { arch, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { quiet } from './bench.d/quiet.mjs'
import { smallFiles } from './bench.d/trees.mjs'
import { watchPeak } from './peak-memory.mjs'
import { quantile } from './quantile.mjs'

const MIB = 1024 * 1024
const BOUND_MIB = 150
const COPIES = 5
const IMAGE = 'busybox:musl'
const TARGET = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'target' },
  spec: {
    containers: [
      {
        name: 'target',
        image: IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['sleep', '3600'],
        volumeMounts: [{ name: 'volume', mountPath: '/volume' }],
      },
    ],
    volumes: [{ name: 'volume', emptyDir: {} }],
  },
}
const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const rounds = Number(values.rounds)

const folder = mkdtempSync(join(tmpdir(), 'krmpod-bench-'))
const namespace = `bench-${process.pid}`
try {
  execFileSync('kubectl', ['create', 'namespace', namespace])
  const few = manyFiles('few', { files: 500, bytes: 500 * 1024 })
  const many = manyFiles('many', { files: 10_000, bytes: 50 * MIB })
  const large = largeFile('large', 1024 * MIB)
  const cost = await costOf(few)
  const copies = []
  for (const tree of [many, large]) copies.push(await compare(tree))
  const report = render({ cost, copies })
  process.stdout.write(report)
  writeFileSync(join(root, 'docs/performance-mounts.md'), report)
  process.exitCode = copies.every(({ peakMiB, ours, theirs }) => peakMiB <= BOUND_MIB && ours < theirs)
    ? 0
    : 1
} finally {
  rmSync(folder, { recursive: true })
  execFileSync('kubectl', ['delete', 'namespace', namespace, '--wait=false'])
}

function manyFiles(name, { files, bytes }) {
  const path = join(folder, name)
  smallFiles(path, { files, bytes })
  return { name: `${files.toLocaleString('en')} files, ${Math.round(bytes / MIB)} MiB`, path, files }
}

function largeFile(name, bytes) {
  const path = join(folder, name)
  mkdirSync(path)
  const file = openSync(join(path, 'file'), 'w')
  const piece = randomBytes(MIB)
  for (let done = 0; done < bytes; done += MIB) writeSync(file, piece)
  closeSync(file)
  return { name: 'one file of 1 GiB', path, files: 1 }
}

/** The same function with the files and without, in turns. */
async function costOf(tree) {
  const samples = { without: [], with: [], patient: [] }
  for (let round = 0; round <= rounds; round += 1) {
    await quiet()
    const without = await run([])
    await quiet()
    const mounted = await run(mountOf(tree))
    await quiet()
    const patient = await run(mountOf(tree), undefined, { KRMPOD_NUDGE: 'off' })
    if (round === 0) continue // warms caches: images, connections, the disk
    samples.without.push(without.ms)
    samples.with.push(mounted.ms)
    samples.patient.push(patient.ms)
    process.stderr.write(`\rround ${round} of ${rounds}`)
  }
  process.stderr.write('\n')
  return samples
}

/**
 * In turns, each when what the one before left to do is done: making thousands of files takes a machine very different
 * times.
 */
async function compare(tree) {
  const samples = { whole: [], sending: [], theirs: [], peakMiB: [] }
  for (let round = 1; round <= COPIES; round += 1) {
    process.stderr.write(`${tree.name}, ${round} of ${COPIES}\n`)
    await quiet()
    const { ms, sendingMs, peakMiB, stdout } = await run(
      mountOf(tree),
      'cat > /dev/null; find /data -type f | wc -l',
    )
    if (Number(stdout) !== tree.files) throw new Error(`${stdout} of ${tree.files} files arrived`)
    samples.whole.push(ms)
    samples.sending.push(sendingMs)
    samples.peakMiB.push(peakMiB)
    samples.theirs.push(await kubectlCp(tree.path))
  }
  return {
    name: tree.name,
    whole: quantile(samples.whole, 0.5),
    sending: quantile(samples.sending, 0.5),
    theirs: quantile(samples.theirs, 0.5),
    peakMiB: Math.max(...samples.peakMiB),
  }
}

function mountOf({ path }) {
  return ['--mount', `type=bind,source=${path},target=/data,readonly`]
}

/** One run, from the start of its process to its end. */
function run(mount, script = 'cat > /dev/null', env = {}) {
  const words = ['run', '--timings', '-i', '--network', 'none', ...mount, IMAGE, 'sh', '-c', script]
  const start = performance.now()
  const child = spawn(join(root, 'bin/krmpod'), words, {
    env: { ...process.env, KRMPOD_NAMESPACE: namespace, KRMPOD_LANE: 'attach', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const peak = watchPeak(child.pid)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  child.stdin.end('hello\n')
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      const ms = performance.now() - start
      if (code !== 0) reject(new Error(`exit ${code}\n${stderr}`))
      else {
        const [, sending] = /sending the mounted files +(\d+) ms/.exec(stderr) ?? []
        resolve({ ms, sendingMs: Number(sending), stdout, peakMiB: Math.round(peak.stop() / MIB) })
      }
    })
  })
}

/** The copy alone, into a volume like ours in a Pod that runs already, and unverified. */
async function kubectlCp(path) {
  const kubectl = (...words) => execFileSync('kubectl', ['-n', namespace, ...words], { stdio: 'pipe' })
  execFileSync('kubectl', ['-n', namespace, 'create', '-f', '-'], { input: JSON.stringify(TARGET) })
  kubectl('wait', '--for=condition=Ready', 'pod/target', '--timeout=60s')
  await quiet()
  const start = performance.now()
  kubectl('cp', path, 'target:/volume/data')
  const ms = performance.now() - start
  kubectl('delete', 'pod', 'target', '--grace-period=0', '--force')
  return ms
}

function render({ cost, copies }) {
  const row = (label, samples) =>
    `| ${label} | ${Math.round(quantile(samples, 0.5))} | ${Math.round(quantile(samples, 0.9))} |`
  const patience = Math.round(quantile(cost.patient, 0.5) - quantile(cost.without, 0.5))
  const seconds = (ms) => (ms / 1000).toFixed(1)
  const more = Math.round(quantile(cost.with, 0.5) - quantile(cost.without, 0.5))
  return `# What a bind mount costs

Written by \`npm run bench -- mounts --rounds ${rounds}\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpus()[0]?.model.trim()}, ${arch}, Node ${process.version}, the host
cluster of \`scripts/cluster\` on the same cores. Times are this machine's; the ratios travel.

| whole process, ms, ${rounds} interleaved rounds | median | p90 |
| --- | --- | --- |
${row('without a mount', cost.without)}
${row('with one of 500 files', cost.with)}
${row('the same with `nudge: off`', cost.patient)}

The mount adds ${more} ms in the median: ${(more / patience).toFixed(2)} of the ${patience} ms that it adds to a run whose node is not asked to look.

Median of ${COPIES}, in turns. Sent: from the first byte to the start of the function, with the verification. \`kubectl cp\`
copies into an emptyDir of a Pod that runs already, and verifies nothing.

| | sent, s | \`kubectl cp\`, s | ratio | krmpod's whole run, s | its peak memory, MiB |
| --- | --- | --- | --- | --- | --- |
${copies.map(({ name, whole, sending, theirs, peakMiB }) => `| ${name} | ${seconds(sending)} | ${seconds(theirs)} | ${(sending / theirs).toFixed(2)} | ${seconds(whole)} | ${peakMiB} |`).join('\n')}
`
}
