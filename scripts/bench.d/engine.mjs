import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './programs.mjs'
import { IMAGE_PREFIX } from './world.mjs'

/**
 * The oracle's real Docker engine with these images in it, as `{ docker, env }`, where `env` finds it by the name of
 * `docker`; or `{ missing }`, which says why it cannot be had.
 */
export function startEngine(images, folder) {
  try {
    const program = join(ROOT, 'scripts/docker-engine')
    execFileSync(program, ['up'], { stdio: ['ignore', 'ignore', 'pipe'] })
    const exports = execFileSync(program, ['env'], { encoding: 'utf8' })
    const settings = Object.fromEntries(
      [...exports.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    )
    const docker = settings.KRMPOD_ENGINE_CLIENT
    const bin = join(folder, 'engine')
    mkdirSync(bin, { recursive: true })
    if (!existsSync(join(bin, 'docker'))) symlinkSync(docker, join(bin, 'docker'))
    const env = {
      DOCKER_HOST: settings.KRMPOD_ENGINE_HOST,
      DOCKER_CONFIG: join(folder, 'no-docker-config'),
      PATH: `${bin}:${process.env.PATH}`,
    }
    loadImages(images, { docker, env, folder })
    return { docker, env }
  } catch (error) {
    return { missing: `the real Docker engine cannot be started: ${firstLine(error)}` }
  }
}

/** From the registry that the Pods' images come from. */
function loadImages(images, { docker, env, folder }) {
  const source = (image) => `${process.env.KRMPOD_TEST_REGISTRY}/${image.slice(IMAGE_PREFIX.length)}`
  const file = join(folder, 'images.tar')
  const withEngine = { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] }
  execFileSync('crane', ['pull', '--format', 'tarball', ...images.map(source), file], withEngine)
  execFileSync(docker, ['load', '--quiet', '--input', file], withEngine)
  for (const image of images) execFileSync(docker, ['tag', source(image), image], withEngine)
  rmSync(file)
}

function firstLine(error) {
  return String(error.stderr || error.message)
    .trim()
    .split('\n')[0]
}
