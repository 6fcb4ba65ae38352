import { cp, mkdtemp, rm } from 'node:fs/promises'
import { PLATFORM } from './platform.mjs'
import { sh } from './sh.mjs'
import { BLOBS, blobPath, CACHE, layoutOf, readJson } from './store.mjs'

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

const ONE_PLATFORM = ['--platform', `${PLATFORM.os}/${PLATFORM.architecture}`]

// An image has the media types of one family: ours are OCI's, and crane makes Docker's.
const AS_OCI = ['docker.image.rootfs.diff.tar.gzip', 'oci.image.layer.v1.tar+gzip']

/** A registry that speaks plain HTTP and asks for no password, as the test cluster's does. */
export function openRegistry(host) {
  return {
    host,

    /** The digest behind a name, or undefined. */
    async digestOf(name) {
      const [repository, tag = 'latest'] = name.split(':')
      const response = await ask(host, `/v2/${repository}/manifests/${tag}`)
      if (response.status === 404) return undefined
      if (!response.ok) throw new Error(`the registry ${host} answered ${response.status} for ${name}`)
      return response.headers.get('docker-content-digest')
    },

    async push(name, manifest) {
      const layout = await layoutOf(manifest)
      await sh('crane', ['push', '--insecure', layout, `${host}/${name}`])
      await rm(layout, { recursive: true })
    },

    /** The layers of an image, copied into the store. */
    async pullLayers(name) {
      const layout = await mkdtemp(`${CACHE}/pull-`)
      await sh('crane', ['pull', ...ONE_PLATFORM, '--format=oci', '--insecure', `${host}/${name}`, layout])
      await cp(`${layout}/blobs/sha256`, BLOBS, { recursive: true })
      const { manifests } = await readJson(`${layout}/index.json`)
      await rm(layout, { recursive: true })
      const manifest = await readJson(blobPath(manifests[0].digest))
      const config = await readJson(blobPath(manifest.config.digest))
      return manifest.layers.map(({ mediaType, digest, size }, i) => ({
        descriptor: { mediaType: mediaType.replace(...AS_OCI), digest, size },
        diffId: config.rootfs.diff_ids[i],
      }))
    },
  }
}

async function ask(host, path) {
  try {
    return await fetch(`http://${host}${path}`, { method: 'HEAD', headers: { accept: MANIFESTS } })
  } catch (error) {
    throw new Error(`the registry ${host} does not answer; is the cluster up? (scripts/cluster up)`, {
      cause: error,
    })
  }
}
