import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rounded, table } from '../markdown.mjs'
import { AS_KUSTOMIZE, KRMPOD, phasesOf, timedFiles } from '../programs.mjs'
import { rawRun } from '../raw/raw-run.mjs'
import { medianOf } from '../statistics.mjs'

const MIB = 1024 * 1024
const SIZES = [1, 10, 100]

export default {
  name: 'echo',
  title: 'Much data',
  share: 0.25,
  note: 'Random bytes through `cat` and back: whole runs here, and below the stream alone, from the open connection to the status frame. krmpod keeps stdout until it is proven whole, the floor in memory.',
  lines,
  details,
}

function lines(world) {
  const namespace = world.namespace('echo')
  const image = world.image('cat')
  const pod = world.podOf(['-i', '--network', 'none', image], namespace)
  const command = [KRMPOD, 'run', '--timings', ...AS_KUSTOMIZE.slice(1), image]
  let run = 0
  return SIZES.flatMap((size) => {
    const from = join(world.folder, `${size}-MiB`)
    const to = `${from}.back`
    writeFileSync(from, randomBytes(size * MIB))
    return [
      {
        name: `raw-${size}`,
        label: `raw floor, ${size} MiB`,
        connect: () => world.api.warm({ requests: 3, streams: 3 }),
        run: async () => {
          const name = `raw-${size}-${run++}`
          const { ms, phases } = await rawRun(world.api, { pod, name, input: readFileSync(from) })
          return { ms, streamMs: phases.running }
        },
      },
      {
        name: `krmpod-${size}`,
        label: `krmpod, ${size} MiB`,
        run: async () => {
          const { ms, stderr, peakBytes } = await timedFiles(command, { env: world.env(namespace), from, to })
          return { ms, streamMs: phasesOf(stderr).running, peakMiB: peakBytes / MIB }
        },
      },
    ]
  })
}

function details(result) {
  const median = medianOf({ echo: result })
  const rows = SIZES.map((size) => {
    const [raw, krmpod] = [`raw-${size}`, `krmpod-${size}`].map((line) => median('echo', line, 'streamMs'))
    const speeds = [raw, krmpod].map((ms) => rounded((size * 1000) / ms, 1))
    const peak = rounded(median('echo', `krmpod-${size}`, 'peakMiB'))
    return [`${size} MiB`, ...speeds, rounded(raw / krmpod, 2), peak]
  })
  return table(['stream', 'raw, MiB/s', 'krmpod, MiB/s', 'ratio', "krmpod's peak memory, MiB"], rows)
}
