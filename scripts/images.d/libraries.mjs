import { cp, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { sh } from './sh.mjs'

/** The shared libraries that a program of this machine needs, the loader among them. */
export async function librariesOf(program) {
  const lines = (await sh('ldd', [program])).split('\n')
  return lines.flatMap((line) => line.match(/\/\S+(?= \(0x)/) ?? [])
}

export async function copyLibraries(program, root) {
  for (const library of await librariesOf(program)) await cp(await realpath(library), join(root, library))
}
