import { join } from 'node:path'
import { AS_KUSTOMIZE, DOCKER, timed } from '../programs.mjs'
import { smallFiles } from '../trees.mjs'

export default {
  name: 'mounts',
  title: 'Mounted files',
  share: 1,
  note: 'The same function with 500 files of 1 KiB mounted and without.',
  lines,
}

function lines(world) {
  const env = world.env(world.namespace('mounts'))
  const path = join(world.folder, 'files')
  smallFiles(path, { files: 500, bytes: 500 * 1024 })
  const mount = ['--mount', `type=bind,source=${path},target=/data,readonly`]
  const run = (mounts) =>
    timed([DOCKER, ...AS_KUSTOMIZE, ...mounts, world.image('cat')], { input: 'hello\n', env })
  return [
    { name: 'without', label: 'without a mount', run: () => run([]) },
    { name: 'with', label: 'with 500 files', run: () => run(mount) },
  ]
}
