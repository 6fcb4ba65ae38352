import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files of equal size in folders of 100. */
export function smallFiles(path, { files, bytes }) {
  const content = randomBytes(bytes / files)
  for (let file = 0; file < files; file += 1) {
    const below = join(path, `folder-${Math.floor(file / 100)}`)
    if (file % 100 === 0) mkdirSync(below, { recursive: true })
    writeFileSync(join(below, `file-${file}.yaml`), content)
  }
}
