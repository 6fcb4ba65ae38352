import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { BUSYBOX, NOBODY } from '../../mounts/support/receiver.ts'
import type { FakeFunction, FunctionIo } from './container.ts'

const KILLED = 137

export interface Script {
  /** As it stands in the Pod, with the volume's place as its last word. */
  readonly command: readonly string[]
  /** The volume on this machine. */
  readonly folder: string
  /** No file may be larger: the nearest that there is to a disk that is full. */
  readonly maxFileKib?: number
}

/** Runs a Pod's own script as a process, with busybox's programs and nobody's rights. */
export function scriptProcess({ command, folder, maxFileKib }: Script): FakeFunction {
  return async ({ stdin, stderr, killed }) => {
    if (killed.aborted) return KILLED
    const words = [...command.slice(0, -1).map(unescaped), folder]
    const limit = `trap '' XFSZ; ulimit -f ${(maxFileKib ?? 0) * 2}; exec "$@"`
    const child = spawn(
      BUSYBOX,
      maxFileKib === undefined ? words : ['sh', '-c', limit, 'sh', BUSYBOX, ...words],
      // Its shell finds its own programs without a PATH, and nobody else's.
      { env: { PATH: '/nowhere' }, stdio: ['pipe', 'ignore', 'pipe'], detached: true, ...NOBODY },
    )
    const kill = (): void => killGroup(child.pid)
    killed.addEventListener('abort', kill, { once: true })
    // It need not read all that there is.
    pipeline(stdin, child.stdin).catch(() => undefined)
    const [[code]] = await Promise.all([
      once(child, 'close') as Promise<[number | null]>,
      passOn(child.stderr, stderr),
    ])
    killed.removeEventListener('abort', kill)
    return code ?? KILLED
  }
}

async function passOn(from: AsyncIterable<Buffer>, to: FunctionIo['stderr']): Promise<void> {
  for await (const chunk of from) await to(chunk)
}

/** kubelet reads `$$` as `$`. */
function unescaped(word: string): string {
  return word.replaceAll('$$', '$')
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
