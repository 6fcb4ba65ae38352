import { cp, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { copyDebian } from './debian.mjs'
import { copyLibraries, librariesOf } from './libraries.mjs'
import { isExecutable } from './pack.mjs'
import { PLATFORM } from './platform.mjs'
import { sh } from './sh.mjs'
import { sha256 } from './store.mjs'
import { FUNCTIONS } from './table.mjs'

const ROOT = join(FUNCTIONS, '../../')

// A workspace above this checkout is not ours; Go 1.21 and later fetch the toolchain that go.mod asks for.
const GO_ENV = {
  ...process.env,
  CGO_ENABLED: '0',
  GOOS: PLATFORM.os,
  GOARCH: PLATFORM.architecture,
  GOFLAGS: '-buildvcs=false',
  GOWORK: 'off',
  GOTOOLCHAIN: 'auto',
}

/** The kinds of layers: what each depends on, and how it is laid out below `root`. */
export const KINDS = {
  files: {
    inputs: (layer) => treeOf(FUNCTIONS + layer.files),
    make: (layer, root) => cp(FUNCTIONS + layer.files, root, { recursive: true }),
  },
  go: {
    inputs: async () => [await sh('go', ['env', 'GOVERSION'], inGo()), ...(await treeOf(`${FUNCTIONS}go`))],
    make: (layer, root) =>
      sh('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(root, layer.as), layer.go], inGo()),
  },
  npm: {
    inputs: (layer) => treeOf(FUNCTIONS + layer.npm),
    make: installPackage,
  },
  // Folders of this checkout, as they are after `npm run build`.
  checkout: {
    inputs: (layer) => Promise.all(layer.checkout.map((folder) => treeOf(ROOT + folder))),
    make: async (layer, root) => {
      for (const folder of layer.checkout) {
        await cp(ROOT + folder, join(root, layer.as, folder), { recursive: true })
      }
      await cp(`${ROOT}package.json`, join(root, layer.as, 'package.json'))
    },
  },
  node: {
    inputs: async () => [
      process.version,
      (await stat(process.execPath)).size,
      ...(await librariesOf(process.execPath)),
    ],
    make: copyNode,
  },
  debian: {
    inputs: () => [],
    make: copyDebian,
  },
}

function inGo() {
  return { cwd: `${FUNCTIONS}go`, env: GO_ENV }
}

async function installPackage(layer, root) {
  const dir = join(root, layer.as)
  await cp(FUNCTIONS + layer.npm, dir, { recursive: true, filter: (path) => !path.endsWith('/node_modules') })
  await sh('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: dir })
}

/** This very Node, with the shared libraries it needs. */
async function copyNode(layer, root) {
  await cp(await realpath(process.execPath), join(root, layer.node))
  await copyLibraries(process.execPath, root)
}

/** Paths, modes and contents below a folder, in a fixed order. */
async function treeOf(dir) {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const ours = files.filter((file) => !file.includes('/node_modules/')).sort()
  return Promise.all(
    ours.map(async (file) => [
      file.slice(dir.length),
      isExecutable(await stat(file)),
      sha256(await readFile(file)),
    ]),
  )
}
