import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AS_KUSTOMIZE, DOCKER, timed } from '../programs.mjs'
import { rawRun } from '../raw/raw-run.mjs'

const AT_ONCE = 40
const INPUT = Buffer.from('hello\n')
const times = (work) => Promise.all(Array.from({ length: AT_ONCE }, (_, i) => work(i)))

export default {
  name: 'many',
  title: 'Forty at once',
  share: 0.25,
  note: 'Until the last one has ended. `runFunction` is timed inside its process, which has started; its connections are not open yet, those of the floor are.',
  lines,
}

function lines(world) {
  const namespace = world.namespace('many')
  const image = world.image('cat')
  const pod = world.podOf(['-i', '--network', 'none', image], namespace)
  const env = world.env(namespace)
  let round = 0
  return [
    {
      name: 'raw',
      label: `${AT_ONCE} × the raw floor`,
      connect: () => world.api.warm({ requests: 3 * AT_ONCE, streams: 2 * AT_ONCE }),
      run: () => {
        round += 1
        return timedAll((i) => rawRun(world.api, { pod, name: `raw-${round}-${i}`, input: INPUT }))
      },
    },
    {
      name: 'library',
      label: `${AT_ONCE} × \`runFunction\` in one process`,
      run: () => inOneProcess(['-i', '--network', 'none', image], env),
    },
    {
      name: 'processes',
      label: `${AT_ONCE} processes`,
      run: () => timedAll(() => timed([DOCKER, ...AS_KUSTOMIZE, image], { input: INPUT, env })),
    },
  ]
}

async function timedAll(work) {
  const start = performance.now()
  await times(work)
  return { ms: performance.now() - start }
}

/** Its start does not count, as it does not for the floor. */
async function inOneProcess(words, env) {
  const program = join(import.meta.dirname, '../run-functions.mjs')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, String(AT_ONCE), String(INPUT), ...words],
    {
      env: { ...process.env, ...env },
    },
  )
  return JSON.parse(stdout)
}
