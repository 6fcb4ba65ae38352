// Compares by ratio, in one run, in interleaved rounds: absolute times are this machine's, today's.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GROUPS } from './groups.mjs'
import { interleave } from './interleave.mjs'
import { plot } from './plot.mjs'
import { ROOT } from './programs.mjs'
import { render } from './report.mjs'
import { World } from './world.mjs'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, only: { type: 'string' } },
})
const rounds = Number(values.rounds)
const groups = GROUPS.filter(({ name }) => values.only === undefined || name === values.only)
if (!(rounds >= 1)) throw new Error('--rounds takes a number')
if (groups.length === 0) throw new Error(`--only takes one of ${GROUPS.map(({ name }) => name).join(', ')}`)

const world = new World()
process.once('exit', () => world.close())
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const results = {}
for (const { name, share, lines } of groups) {
  const say = (text) => process.stderr.write(`${name}: ${text}\n`)
  results[name] = await interleave(lines(world), { rounds: Math.ceil(rounds * share), say })
}
const report = render(results, { rounds, groups })
await new Promise((resolve) => process.stdout.write(report, resolve))
// A part of the figures is no report.
if (values.only === undefined) {
  writeFileSync(join(ROOT, 'docs/performance.md'), report)
  writeFileSync(join(ROOT, 'docs/performance.svg'), plot(results))
}
process.exit()
