import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Program } from './call.ts'

/**
 * Loads the images that the cluster's Pods are made of into the engine, from the same registry and under the names by
 * which Pods pull them. What is there already, by digest, stays.
 */
export async function loadImages(names: readonly string[], { path, env }: Program): Promise<void> {
  const registry = process.env['KRMPOD_TEST_REGISTRY'] ?? ''
  const prefix = process.env['KRMPOD_TEST_IMAGE_PREFIX'] ?? ''
  const docker = (...words: string[]) => execa(path, words, { env, reject: false })
  const source = (name: string) => `${registry}/${name.slice(prefix.length)}`

  const missing: string[] = []
  for (const name of names) {
    const { stdout } = await execa('crane', ['manifest', source(name)])
    const { config } = JSON.parse(stdout) as { config: { digest: string } }
    const { stdout: id } = await docker('image', 'inspect', '--format', '{{.Id}}', name)
    if (id !== config.digest) missing.push(name)
  }
  if (missing.length === 0) return

  const folder = await mkdtemp(join(tmpdir(), 'krmpod-images-'))
  const file = join(folder, 'images.tar')
  try {
    await execa('crane', ['pull', '--format', 'tarball', ...missing.map(source), file])
    await execa(path, ['load', '--quiet', '--input', file], { env })
    for (const name of missing) await execa(path, ['tag', source(name), name], { env })
  } finally {
    await rm(folder, { recursive: true })
  }
}
