import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEngine } from '../engine.mjs'
import { KRMPOD, ROOT, timed } from '../programs.mjs'
import { IMAGE_PREFIX, missingCommand, missingSetting } from '../world.mjs'

const FIXTURES = join(ROOT, 'fixtures/kustomizations')
const FLAGS = ['--enable-alpha-plugins']

export default {
  name: 'build',
  title: 'Five functions in one build',
  share: 0.5,
  note: '`fixtures/kustomizations/five-transformers`: all five do next to nothing, and every way has to give the same bytes.',
  lines,
}

function lines(world) {
  const [namespace, parkedIn] = [world.namespace('build'), world.namespace('build-parked')]
  const withShim = { PATH: `${join(ROOT, 'bin')}:${process.env.PATH}` }
  const kustomization = copyOf('five-transformers', world.folder)
  const images = imagesOf(kustomization)
  const engine = startEngine(images, world.folder)
  const expect = sameEveryTime()
  const kustomize = (env) => timed(['kustomize', 'build', ...FLAGS, kustomization], { env, expect })
  const krmpod = (env) => timed([KRMPOD, 'build', kustomization, ...FLAGS], { env, expect })
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
      missing: missingBuild ?? missingSetting('standby') ?? missingCommand('warm'),
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

/** Its images, as this cluster names them. */
function copyOf(name, folder) {
  const copies = join(folder, 'kustomizations')
  cpSync(FIXTURES, copies, { recursive: true })
  const file = join(copies, name, 'kustomization.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('image: ghcr.io/', `image: ${IMAGE_PREFIX}`))
  return join(copies, name)
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
