import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEngine } from '../engine.mjs'
import { KRMPOD, ROOT, timed } from '../programs.mjs'
import { missingCommand, missingSetting } from '../world.mjs'

const KUSTOMIZATION = join(ROOT, 'fixtures/kustomizations/five-functions')
const FLAGS = ['--enable-alpha-plugins']

export default {
  name: 'build',
  title: 'Five functions in one build',
  share: 0.5,
  note: '`fixtures/kustomizations/five-functions`: all five do next to nothing, and every way has to give the same bytes.',
  lines,
}

function lines(world) {
  const [namespace, parkedIn] = [world.namespace('build'), world.namespace('build-parked')]
  const withShim = { PATH: `${join(ROOT, 'bin')}:${process.env.PATH}` }
  const images = imagesOf(KUSTOMIZATION)
  const engine = startEngine(images, world.folder)
  const expect = sameEveryTime()
  const kustomize = (env) => timed(['kustomize', 'build', ...FLAGS, KUSTOMIZATION], { env, expect })
  const krmpod = (env) => timed([KRMPOD, 'build', KUSTOMIZATION, ...FLAGS], { env, expect })
  const parkedEnv = world.env(parkedIn, { KRMPOD_STANDBY_SIZE: '1' })
  const missingBuild = missingCommand('build')
  return [
    {
      name: 'shim',
      label: '`kustomize build`, krmpod as docker',
      run: () => kustomize({ ...world.env(namespace), ...withShim }),
    },
    {
      name: 'krmpod',
      label: '`krmpod build`',
      missing: missingBuild,
      run: () => krmpod(world.env(namespace)),
    },
    {
      name: 'parked',
      label: '`krmpod build`, parked Pods',
      missing: missingBuild ?? missingSetting('standby'),
      prepare: () => world.warm(parkedIn, images, parkedEnv),
      run: () => krmpod(parkedEnv),
    },
    {
      name: 'docker',
      label: '`kustomize build`, real Docker engine',
      missing: engine.missing,
      run: () => kustomize(engine.env),
    },
  ]
}

function imagesOf(folder) {
  const text = readFileSync(join(folder, 'kustomization.yaml'), 'utf8')
  return [...new Set([...text.matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image))]
}

/** What the first one gave, all others have to give. */
function sameEveryTime() {
  let first
  return (stdout) => {
    first ??= stdout
    return stdout.length > 0 && stdout.equals(first)
  }
}
