import { startEngine } from '../engine.mjs'
import { rounded, table } from '../markdown.mjs'
import { AS_KUSTOMIZE, DOCKER, KRMPOD, phasesOf, timed } from '../programs.mjs'
import { rawRun } from '../raw/raw-run.mjs'
import { phaseMedians } from '../statistics.mjs'
import { missingCommand, missingSetting } from '../world.mjs'

const INPUT = Buffer.from('hello\n')

export default {
  name: 'run',
  title: 'One run',
  share: 1,
  note: 'The same function, `cat`, in every way there is to run it: whole processes, but for the raw floor, which makes the calls of a fresh Pod (`--network none`, nudge and proof among them) over connections that are open already.',
  lines,
  details,
}

function lines(world) {
  const namespace = world.namespace('run')
  const [image, pinned] = [world.image('cat'), world.pinned('cat')]
  const pod = world.podOf(['-i', '--network', 'none', image], namespace)
  const engine = startEngine([image], world.folder)
  const krmpod = (words, env = {}) => timed(words, { input: INPUT, env: world.env(namespace, env) })
  let run = 0
  return [
    {
      name: 'raw',
      label: 'raw floor: the API calls alone',
      connect: () => world.api.warm({ requests: 3, streams: 3 }),
      run: async () => {
        const { ms, phases } = await rawRun(world.api, { pod, name: `raw-${run++}`, input: INPUT })
        return { ms, phases: { ...phases, total: ms } }
      },
    },
    {
      name: 'fresh',
      label: 'krmpod, fresh Pod',
      run: () => krmpod([DOCKER, ...AS_KUSTOMIZE, image]),
    },
    {
      name: 'told',
      label: 'krmpod, fresh Pod, `--timings`',
      run: async () => {
        const { ms, stderr } = await krmpod([KRMPOD, 'run', '--timings', ...AS_KUSTOMIZE.slice(1), image])
        return { ms, phases: phasesOf(stderr) }
      },
    },
    {
      name: 'patient',
      label: 'krmpod, fresh Pod, `nudge: off`',
      run: () => krmpod([DOCKER, ...AS_KUSTOMIZE, image], { KRMPOD_NUDGE: 'off' }),
    },
    {
      name: 'exec',
      label: 'krmpod, fresh Pod, `lane: exec`',
      run: () => krmpod([DOCKER, ...AS_KUSTOMIZE, image], { KRMPOD_LANE: 'exec' }),
    },
    parked(world, { image: pinned }),
    {
      name: 'cached',
      label: 'krmpod, cached result',
      missing: missingSetting('cache'),
      run: () => krmpod([DOCKER, ...AS_KUSTOMIZE, pinned], { KRMPOD_CACHE_MAX_BYTES: '64Mi' }),
    },
    {
      name: 'docker',
      label: '`docker run`, real engine',
      missing: engine.missing,
      run: () => timed([engine.docker, ...AS_KUSTOMIZE, image], { input: INPUT, env: engine.env }),
    },
    {
      name: 'kubectl',
      label: '`kubectl run -i --rm`',
      run: () => timed(kubectlRun(image, { namespace, name: `kubectl-${run++}` }), { input: INPUT }),
    },
    {
      name: 'node',
      label: '`node -e 0`',
      run: () => timed([process.execPath, '-e', '0']),
    },
  ]
}

/** What a fresh run spends its time on, beside the floor's calls. */
function details({ raw, told }) {
  const [floor, ours] = [raw, told].map(({ samples }) => phaseMedians(samples))
  const rows = [...ours].map(([phase, ms]) => {
    const least = floor.get(phase) ?? 0
    return [phase, rounded(ms), rounded(least), rounded(ms - least)]
  })
  return `Where the time goes (\`krmpod run --timings\`; *connecting* begins with the process):\n\n${table(
    ['phase, median ms', 'krmpod', 'raw floor', 'more'],
    rows,
  )}`
}

/** A run parks the Pod of the next one; one that was made in time is what is measured. */
function parked(world, { image }) {
  const namespace = world.namespace('parked')
  const env = world.env(namespace, { KRMPOD_STANDBY_SIZE: '1' })
  return {
    name: 'parked',
    label: 'krmpod, parked Pod',
    missing: missingSetting('standby') ?? missingCommand('warm'),
    prepare: () => world.warm(namespace, [image], env),
    run: () => timed([DOCKER, ...AS_KUSTOMIZE, image], { input: INPUT, env }),
  }
}

function kubectlRun(image, { namespace, name }) {
  const words = ['-n', namespace, 'run', name, '-i', '--rm', '--quiet', '--restart=Never', `--image=${image}`]
  return ['kubectl', ...words]
}
