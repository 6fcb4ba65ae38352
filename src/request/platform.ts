import { lastValue } from '../argv/flag-values.ts'
import type { ParsedArgv } from '../argv/parsed-argv.ts'
import { badValue } from './bad-value.ts'
import { type Environment, lookUp } from './environment.ts'
import type { RunRequest } from './run-request.ts'

// Normalised as by containerd's platforms package; on the right what nodes carry in kubernetes.io/arch.
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['amd64', 'amd64'],
  ['amd64/v1', 'amd64'],
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['arm64', 'arm64'],
  ['arm64/v8', 'arm64'],
  ['arm64/8', 'arm64'],
  ['aarch64', 'arm64'],
  ['386', '386'],
  ['i386', '386'],
  ['arm', 'arm'],
  ['ppc64le', 'ppc64le'],
  ['riscv64', 'riscv64'],
  ['s390x', 's390x'],
])

const EXPECTED = 'linux/ARCH without a variant, which no node label tells'

/** `--platform`, else DOCKER_DEFAULT_PLATFORM. `linux` alone asks for nothing. */
export function resolvePlatform(argv: ParsedArgv, env: Environment): Pick<RunRequest, 'platform'> {
  const wish = (lastValue(argv, 'platform') ?? lookUp(env, 'DOCKER_DEFAULT_PLATFORM') ?? '').toLowerCase()
  if (wish === '' || wish === 'linux') return {}
  const arch = ARCHITECTURES.get(wish.replace(/^linux\//, ''))
  if (!arch) throw badValue('platform', wish, EXPECTED)
  return { platform: { os: 'linux', arch } }
}
