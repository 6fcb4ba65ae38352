import { createHash } from 'node:crypto'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'

/** What was built, by content: layers and whole images. It outlives the registry, which goes with its cluster. */
export const CACHE = process.env.KRMPOD_IMAGES_CACHE

/** All blobs, each named by the hex of its digest. */
export const BLOBS = `${CACHE}/blobs/sha256`
const UNUSED_DAYS = 30

export const sha256 = (data) => createHash('sha256').update(data).digest('hex')

export const blobPath = (digest) => `${BLOBS}/${digest.slice('sha256:'.length)}`

/** Moves a finished file in as a blob. */
export async function adoptBlob(file, digest) {
  await mkdir(BLOBS, { recursive: true })
  await rename(file, blobPath(digest))
}

/** Stores a value as JSON; gives its descriptor. */
export async function putJson(mediaType, value) {
  const text = JSON.stringify(value)
  const digest = `sha256:${sha256(text)}`
  await mkdir(BLOBS, { recursive: true })
  await writeFile(blobPath(digest), text)
  return { mediaType, digest, size: Buffer.byteLength(text) }
}

export const readJson = async (file) => JSON.parse(await readFile(file, 'utf8'))

/** The layers that `make` makes, remembered under `key` as long as their blobs are there. */
export async function remember(key, make) {
  const file = `${CACHE}/layers/${key}.json`
  try {
    const known = await readJson(file)
    await touch(file, ...known.map((layer) => blobPath(layer.descriptor.digest)))
    return known
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  const made = await make()
  await mkdir(`${CACHE}/layers`, { recursive: true })
  await writeFile(file, JSON.stringify(made))
  return made
}

/** A folder in OCI image layout that holds this one image: what `crane push` takes. */
export async function layoutOf(manifest) {
  const layout = await mkdtemp(`${CACHE}/layout-`)
  await symlink('../blobs', `${layout}/blobs`)
  await writeFile(`${layout}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(`${layout}/index.json`, JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
  return layout
}

/** Drops what no run has used for a month. */
export async function prune() {
  const oldest = Date.now() - UNUSED_DAYS * 24 * 3600 * 1000
  for (const dir of [BLOBS, `${CACHE}/layers`]) {
    for (const name of await readdir(dir)) {
      if ((await stat(`${dir}/${name}`)).mtimeMs < oldest) await rm(`${dir}/${name}`)
    }
  }
}

async function touch(...files) {
  const now = new Date()
  await Promise.all(files.map((file) => utimes(file, now, now)))
}
