import { chmod, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KINDS } from './kinds.mjs'
import { normalizeModes, pack } from './pack.mjs'
import { PLATFORM } from './platform.mjs'
import { say } from './say.mjs'
import { CACHE, remember, sha256 } from './store.mjs'

/** Builds a layer of the table, unless it was built from the same inputs before. */
export async function buildLayer(name, layer) {
  const kind = KINDS[Object.keys(layer).find((key) => key in KINDS)]
  if (!kind) throw new Error(`layer ${name}: expected one of ${Object.keys(KINDS).join(', ')}`)
  const key = sha256(JSON.stringify([await recipe(), PLATFORM, layer, await kind.inputs(layer)]))
  return remember(key, async () => {
    say(`building layer ${name}`)
    const root = `${CACHE}/stage`
    await rm(root, { recursive: true, force: true })
    await mkdir(root, { recursive: true })
    await kind.make(layer, root)
    await normalizeModes(root)
    for (const dir of layer.everybody ?? []) {
      await mkdir(join(root, dir))
      await chmod(join(root, dir), 0o1777)
    }
    const packed = await pack(root)
    await rm(root, { recursive: true })
    return [packed]
  })
}

/** A change of how layers are made makes them anew. */
function recipe() {
  const files = ['kinds.mjs', 'pack.mjs'].map((file) => readFile(new URL(file, import.meta.url), 'utf8'))
  return Promise.all(files)
}
