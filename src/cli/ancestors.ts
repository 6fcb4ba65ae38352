import { readFileSync } from 'node:fs'
import type { Ancestor } from '../request/deadline.ts'

const MOST = 32
/** USER_HZ, which is 100 wherever Node runs. */
const MS_PER_TICK = 10

interface Stat {
  readonly name: string
  readonly parent: number
  /** Ticks from the machine's start. */
  readonly start: number
}

/** The processes above this one, the parent first. Elsewhere than on Linux only the parent, and without its age. */
export async function ancestors(): Promise<readonly Ancestor[]> {
  if (process.platform === 'linux') return fromProc()
  if (process.platform === 'darwin') return fromPs()
  return []
}

function fromProc(): readonly Ancestor[] {
  const found: Ancestor[] = []
  const own = statOf(process.pid)
  let pid = own?.parent ?? 0
  while (own && pid > 0 && found.length < MOST) {
    const stat = statOf(pid)
    if (!stat) break
    // Against our own start, not the machine's: /proc/uptime may be a container's.
    found.push({ name: stat.name, ageMs: Math.max(0, (own.start - stat.start) * MS_PER_TICK) })
    pid = stat.parent
  }
  return found
}

function statOf(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined // it has ended
  }
}

/** proc_pid_stat(5): `pid (comm) state ppid … starttime(22) …`; the name may hold blanks and brackets. */
export function parseStat(text: string): Stat | undefined {
  const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(text.trim()) ?? []
  const fields = rest?.split(' ') ?? []
  const parent = Number(fields[1])
  const start = Number(fields[19])
  return name !== undefined && Number.isInteger(parent) && Number.isInteger(start)
    ? { name, parent, start }
    : undefined
}

/** Only kpt is looked for here, whose time counts from this run's start. */
async function fromPs(): Promise<readonly Ancestor[]> {
  const { execFile } = await import('node:child_process')
  const path = await new Promise<string>((resolve) => {
    execFile('ps', ['-o', 'comm=', '-p', String(process.ppid)], { timeout: 1_000 }, (_, stdout) =>
      resolve(stdout.trim()),
    )
  })
  const name = path.split('/').at(-1)
  return name ? [{ name, ageMs: 0 }] : []
}
