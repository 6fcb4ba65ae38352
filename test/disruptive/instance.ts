import { join } from 'node:path'
import { execa } from 'execa'
import { eventually } from '../e2e/support/cluster.ts'

const program = join(import.meta.dirname, '../../scripts/cluster')

/** The cluster that these tests break: never one that others use. */
export const NAME = 'disrupted'

type Daemon = 'kube-apiserver' | 'kubelet' | 'containerd' | 'relay-api' | 'felix'

/** The one that is broken most, unless another is named. */
interface Which {
  readonly name?: string
  readonly cni?: 'calico' | 'bridge'
}

/** Makes the cluster, or starts again what is missing of it. */
export async function up(gates: string, { name = NAME, cni = 'calico' }: Which = {}): Promise<void> {
  await execa(program, ['up', '--name', name, '--cni', cni, `--gates=${gates}`])
}

/** The functions of the tests, in the registry of the cluster that the environment names. */
export async function pushImages(): Promise<void> {
  await execa(join(import.meta.dirname, '../../scripts/images'))
}

export async function down({ name = NAME }: Which = {}): Promise<void> {
  await execa(program, ['down', '--name', name])
}

/** SIGKILL. A relay has a process for each connection, in one process group. */
export async function kill(daemon: Daemon): Promise<void> {
  const pid = await pidOf(daemon)
  process.kill(daemon === 'relay-api' ? -pid : pid, 'SIGKILL')
  await eventually(
    () => status(),
    (text) => !pidIn(text, daemon),
  )
}

/** The daemon stands still for a while. */
export async function freeze(daemon: Daemon, ms: number): Promise<void> {
  const pid = await pidOf(daemon)
  process.kill(pid, 'SIGSTOP')
  try {
    await sleep(ms)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

/** What happens to all packets between the API server and kubelet for a while. */
export async function cut(how: 'reject with tcp reset' | 'drop', ms: number): Promise<void> {
  const rules = ['dport', 'sport'].map((port) => `meta l4proto tcp tcp ${port} 10250 ${how}`)
  const chain = `chain cut { type filter hook output priority -300; ${rules.join('; ')}; }`
  await nft(`table ip krmpod_cut {\n${chain}\n}`)
  try {
    await sleep(ms)
  } finally {
    await nft('delete table ip krmpod_cut')
  }
}

async function nft(commands: string): Promise<void> {
  const node = String(await pidOf('kubelet'))
  await execa('nsenter', ['--net', '--target', node, 'nft', '-f', '-'], { input: `${commands}\n` })
}

/** By what `scripts/cluster` says of its own: it has looked whether the process is still this instance's. */
async function pidOf(daemon: Daemon): Promise<number> {
  const pid = pidIn(await status(), daemon)
  if (!pid) throw new Error(`${daemon} of '${NAME}' does not run`)
  return pid
}

function pidIn(text: string, daemon: Daemon): number | undefined {
  const pid = new RegExp(`^ *${daemon} +running, pid ([0-9]+)$`, 'm').exec(text)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

/** Exit 3: it is not whole, which is what these tests make of it. */
async function status(): Promise<string> {
  return (await execa(program, ['status', '--name', NAME], { reject: false })).stdout
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
