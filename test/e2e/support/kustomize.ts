import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { parseAllDocuments } from 'yaml'
import { image } from './cluster.ts'
import { BIN } from './docker.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures')

export interface Built {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** The manifests on stdout. */
  readonly objects: readonly KubernetesObject[]
}

interface KubernetesObject {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
  }
  readonly data?: Readonly<Record<string, string>>
}

interface Build {
  readonly namespace: string
  readonly env?: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
  /** `krmpod build`, which has itself as `docker`, instead of a kustomize that finds it on PATH. */
  readonly by?: 'kustomize' | 'krmpod'
}

/** A real `kustomize build` of a fixture, with krmpod as its `docker`. */
export async function build(name: string, options: Build): Promise<Built> {
  const folder = await cloneOf('kustomizations')
  try {
    return await buildIn(join(folder, name), options)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The same of a folder, from within it. */
export async function buildIn(
  folder: string,
  { namespace, env = {}, flags = [], by = 'kustomize' }: Build,
): Promise<Built> {
  const PATH = process.env['PATH'] ?? ''
  const [program, path] = by === 'krmpod' ? [join(BIN, 'krmpod'), PATH] : ['kustomize', `${BIN}:${PATH}`]
  const {
    exitCode = -1,
    stdout,
    stderr,
  } = await execa(program, ['build', '--enable-alpha-plugins', ...flags, folder], {
    cwd: folder,
    env: { PATH: path, KRMPOD_NAMESPACE: namespace, ...env },
    reject: false,
  })
  return {
    exitCode,
    stdout,
    stderr,
    objects: stdout ? parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject) : [],
  }
}

/** A set of fixtures in a folder of its own; they name their images as the host cluster pulls them. */
export async function cloneOf(set: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'krmpod-kustomize-'))
  await cp(join(fixtures, set), folder, { recursive: true, verbatimSymlinks: true })
  const prefix = image('')
  if (prefix === 'ghcr.io/') return folder
  for (const entry of await readdir(folder, { recursive: true })) {
    if (!entry.endsWith('.yaml')) continue
    const file = join(folder, entry)
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('ghcr.io/', prefix))
  }
  return folder
}
