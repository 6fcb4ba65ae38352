import { isAbsolute, join, normalize } from 'node:path/posix'
import type { BuildFlags } from './build-flags.ts'
import type { ContainerSpec, StorageMount } from './function-spec.ts'

interface Surroundings {
  /** Of the kustomization that names the function, without links. */
  readonly root: string
  readonly flags: Pick<BuildFlags, 'env' | 'mounts' | 'network' | 'asCurrentUser'>
  /** `UID:GID` of whoever builds. */
  readonly user: string
}

/**
 * All words after `docker`, as kustomize 4.5.5 and newer writes them (kyaml, container.go and runfn.go). Undefined:
 * it refuses the function.
 */
export function dockerWords(
  spec: ContainerSpec,
  { root, flags, user }: Surroundings,
): readonly string[] | undefined {
  if ((spec.network && !flags.network) || spec.mounts.some(leavesRoot)) return undefined
  return [
    ...['run', '--rm', '-i', '-a', 'STDIN', '-a', 'STDOUT', '-a', 'STDERR'],
    ...['--network', spec.network ? 'host' : 'none'],
    ...['--user', flags.asCurrentUser ? user : 'nobody'],
    '--security-opt=no-new-privileges',
    ...[...spec.mounts, ...flags.mounts].flatMap((mount) => ['--mount', mountWord(mount, root)]),
    ...envWords(spec.envs, flags.env),
    spec.image,
  ]
}

/** Of declared mounts only: those of the command line may be anywhere. */
function leavesRoot({ src }: StorageMount): boolean {
  return isAbsolute(src) || clean(src).startsWith('..')
}

function mountWord({ type, src, dst, rw }: StorageMount, root: string): string {
  const source = isAbsolute(src) ? src : clean(join(root, src))
  return `type=${type},source=${source},target=${dst}${rw ? '' : ',readonly'}`
}

/** Go's filepath.Clean, which leaves no slash at the end. */
function clean(path: string): string {
  return normalize(path).replace(/(?<=.)\/$/, '')
}

const DEFAULTS = ['LOG_TO_STDERR=true', 'STRUCTURED_RESULTS=true']

/** Those with a value by name, then bare names as they come. The command line's, its defaults among them, replace the function's. */
function envWords(declared: readonly string[], given: readonly string[]): readonly string[] {
  const all = [...declared, ...DEFAULTS, ...given]
  const values = new Map(all.filter(hasValue).map((text) => [text.slice(0, text.indexOf('=')), text]))
  const names = new Set(all.filter((text) => !hasValue(text)))
  const sorted = [...values].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  return [...sorted.map(([, text]) => text), ...names].flatMap((text) => ['-e', text])
}

function hasValue(text: string): boolean {
  return text.includes('=')
}
