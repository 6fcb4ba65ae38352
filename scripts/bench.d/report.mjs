import { arch, cpus } from 'node:os'
import { quantile } from '../quantile.mjs'
import { rounded, table } from './markdown.mjs'
import { medianOf } from './statistics.mjs'
import { TARGETS } from './targets.mjs'

/** docs/performance.md, as far as these groups go. */
export function render(results, { rounds, groups }) {
  const parts = groups.flatMap(({ name, title, note, details }) => [
    `## ${title}`,
    note,
    lines(results[name]),
    ...(details ? [details(results[name])] : []),
  ])
  return `${[heading(rounds), targets(results), ...parts].join('\n\n')}\n`
}

function heading(rounds) {
  const [cpu, ...others] = cpus()
  return `# What a run costs

Written by \`npm run bench -- --rounds ${rounds}\` on ${new Date().toISOString().slice(0, 10)}: ${others.length + 1} × ${cpu?.model.trim()}, ${arch()}, Node ${process.version}, the cluster of
\`scripts/cluster\` on the same cores, images present. Every line of a table is run once a round, in turns, when
the machine has come to rest, and without NODE_EXTRA_CA_CERTS and the like in the environment. Times in ms are
this machine's; the ratios of medians travel. Mounted files by the thousand: [performance-mounts.md](performance-mounts.md).

![Medians of one run, side by side](performance.svg)`
}

function targets(results) {
  const median = medianOf(results)
  const rows = TARGETS.map(({ line, target, of, isMet, unit }) => {
    const value = of(median)
    const measured = unit ? `${rounded(value)} ${unit}` : rounded(value, 2)
    return Number.isFinite(value)
      ? [line, target, measured, isMet(value) ? 'yes' : '**no**']
      : [line, target, '–', 'not measured']
  })
  return `## Targets\n\n${table(['line', 'target', 'measured', 'met?'], rows)}`
}

/** `lines` of one group, with why one was not run. */
function lines(result) {
  const all = Object.values(result)
  const counts = new Set(all.map(({ samples }) => samples.length).filter(Boolean))
  const rows = all.map(({ label, missing, samples }) => {
    const values = samples.map(({ ms }) => ms)
    return missing
      ? [`${label}: ${missing}`, '–', '–']
      : [label, rounded(quantile(values, 0.5)), rounded(quantile(values, 0.9))]
  })
  return table([`ms, rounds: ${[...counts].join(', ')}`, 'median', 'p90'], rows)
}
