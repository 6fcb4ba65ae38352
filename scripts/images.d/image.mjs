import { PLATFORM } from './platform.mjs'
import { putJson } from './store.mjs'

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'

/** Puts an image of the table together: writes its config and manifest, gives the manifest's descriptor. */
export async function assemble(image, layers) {
  const config = await putJson('application/vnd.oci.image.config.v1+json', {
    created: '1970-01-01T00:00:00Z',
    ...PLATFORM,
    config: {
      Env: Object.entries({ PATH: DEFAULT_PATH, ...image.env }).map(([name, value]) => `${name}=${value}`),
      Entrypoint: image.entrypoint,
      Cmd: image.cmd,
      User: image.user,
      WorkingDir: image.workdir,
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
  })
  return putJson('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers: layers.map((layer) => layer.descriptor),
  })
}
