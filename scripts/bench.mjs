// Compares by ratio, in one run, in interleaved rounds: absolute times are this machine's, today's.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { quantile } from './quantile.mjs'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const rounds = Number(values.rounds)
const IMAGE = 'busybox'
const krmpod = (nudge) => ({
  command: [join(root, 'bin/krmpod'), 'run', '-i', '--network', 'none', '--timings', IMAGE, 'cat'],
  env: { KRMPOD_NUDGE: nudge },
})
const LINES = {
  nudged: krmpod('auto'),
  waited: krmpod('off'),
  kubectl: {
    command: [
      'kubectl',
      'run',
      '-i',
      '--rm',
      '--quiet',
      '--restart=Never',
      `--image=${IMAGE}`,
      'NAME',
      '--',
      'cat',
    ],
  },
  node: { command: [process.execPath, '-e', '0'] },
}

const samples = Object.fromEntries(Object.keys(LINES).map((name) => [name, { whole: [], exit: [] }]))
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, line] of Object.entries(LINES)) {
    const sample = await time(line, `bench-${process.pid}-${round}`)
    if (round === 0) continue // warms caches: images, connections, the disk
    samples[name].whole.push(sample.ms)
    if (sample.exitMs !== undefined) samples[name].exit.push(sample.exitMs)
  }
  process.stderr.write(`\rround ${round} of ${rounds}`)
}
process.stderr.write('\n')
const report = render()
process.stdout.write(report)
writeFileSync(join(root, 'docs/performance.md'), report)

/** One run, from the start of its process to its end. */
function time({ command, env = {} }, name) {
  const [program, ...words] = command.map((word) => (word === 'NAME' ? name : word))
  const start = performance.now()
  const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let stderr = ''
  let stdout = ''
  child.stderr.on('data', (data) => (stderr += data))
  child.stdout.on('data', (data) => (stdout += data))
  child.stdin.on('error', () => undefined)
  child.stdin.end('hello\n')
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      const ms = performance.now() - start
      if (code !== 0 || (program !== process.execPath && stdout !== 'hello\n'))
        return reject(new Error(`${command.join(' ')}: exit ${code}\n${stderr}`))
      const exit = /reading the exit code +(\d+) ms/.exec(stderr)
      resolve({ ms, exitMs: exit ? Number(exit[1]) : undefined })
    })
  })
}

function render() {
  const row = (label, values) =>
    `| ${label} | ${Math.round(quantile(values, 0.5))} | ${Math.round(quantile(values, 0.9))} |`
  const ratio = (a, b) => (quantile(a, 0.5) / quantile(b, 0.5)).toFixed(2)
  const { nudged, waited, kubectl, node } = samples
  return `# What a run costs

Written by \`npm run bench -- --rounds ${rounds}\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpus()[0]?.model.trim()}, ${arch}, Node ${process.version}, the host
cluster of \`scripts/cluster\` on the same cores. \`cat\` of busybox, image present, ${rounds} interleaved rounds. Times in ms are this machine's; the ratios travel.

| whole process | median | p90 |
| --- | --- | --- |
${row('`krmpod run`, fresh Pod', nudged.whole)}
${row('the same without the nudge', waited.whole)}
${row('`kubectl run -i --rm`', kubectl.whole)}
${row('`node -e 0`', node.whole)}

| end of output → exit code | median | p90 |
| --- | --- | --- |
${row('with the nudge', nudged.exit)}
${row('without', waited.exit)}

| ratio of medians | |
| --- | --- |
| exit code: without the nudge / with it | ${ratio(waited.exit, nudged.exit)} |
| whole process: krmpod / \`kubectl run -i --rm\` | ${ratio(nudged.whole, kubectl.whole)} |
`
}
