import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { assemble } from './image.mjs'
import { buildLayer } from './layers.mjs'
import { openRegistry } from './registry.mjs'
import { say } from './say.mjs'
import { prune, remember, sha256 } from './store.mjs'
import { readTable } from './table.mjs'

const PUSHES_AT_ONCE = 4
const cluster = join(import.meta.dirname, '../cluster')

/** Builds every image of the table, and pushes those that the registry does not have. */
export async function push() {
  const table = await readTable()
  const registry = openRegistry(process.env.KRMPOD_TEST_REGISTRY)
  const layers = { busybox: await busyboxOf(registry) }
  for (const [name, layer] of Object.entries(table.layers)) layers[name] = await buildLayer(name, layer)

  const images = await Promise.all(
    table.images.map(async ({ name, ...image }) => {
      const manifest = await assemble(
        image,
        image.layers.flatMap((layer) => layers[layer] ?? unknown(name, layer)),
      )
      return { name, manifest, isThere: (await registry.digestOf(name)) === manifest.digest }
    }),
  )
  const missing = images.filter((image) => !image.isThere)
  if (missing.length > 0) say(`pushing ${missing.length} of ${images.length} images to ${registry.host}`)
  await inParallel(PUSHES_AT_ONCE, missing, ({ name, manifest }) => registry.push(name, manifest))
  // Nodes have what an earlier push brought, under the same tags.
  if (missing.length > 0)
    execFileSync(cluster, ['forget', ...missing.map(({ name }) => `${prefix()}${name}`)])
  await prune()
  say(`${images.length} images are in ${registry.host}`)
}

/** Prints the references by which Pods pull the images. */
export async function list() {
  const { images } = await readTable()
  process.stdout.write(images.map((image) => `${prefix()}${image.name}\n`).join(''))
}

function prefix() {
  return process.env.KRMPOD_TEST_IMAGE_PREFIX ?? ''
}

/** The layers of `busybox`, which the cluster itself pushes. */
async function busyboxOf(registry) {
  const name = 'library/busybox:latest'
  const digest = await registry.digestOf(name)
  if (!digest)
    throw new Error(`the registry ${registry.host} has no ${name}; \`scripts/cluster up\` pushes it`)
  return remember(sha256(digest), () => registry.pullLayers(name))
}

function unknown(image, layer) {
  throw new Error(`${image}: there is no layer ${layer}`)
}

async function inParallel(workers, items, work) {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: workers }, worker))
}
