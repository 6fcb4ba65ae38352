import { fstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

interface Reader {
  readonly pid: string
  readonly fd: string
}

const O_ACCMODE = 3
const O_WRONLY = 1

/**
 * Tells whether the pipe that stdout is has lost its reader, before anything is written to it: Node cannot poll for
 * it, so the reader's file descriptor is looked for once in /proc and then looked at. False wherever it cannot be told
 * (no Linux, no pipe, a reader in another PID namespace or of another user).
 */
export function stdoutReaderWatch(): () => boolean {
  const pipe = pipeName()
  let reader: Reader | undefined
  let isSought = false
  return () => {
    if (pipe === undefined || (isSought && !reader) || (reader && reads(reader, pipe))) return false
    reader = findReader(pipe)
    const isLost = isSought && !reader
    isSought = true
    return isLost
  }
}

function pipeName(): string | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const stdout = fstatSync(process.stdout.fd)
    return stdout.isFIFO() ? `pipe:[${stdout.ino}]` : undefined
  } catch {
    return undefined
  }
}

/** The caller is the most likely one. */
function findReader(pipe: string): Reader | undefined {
  const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
  for (const pid of [String(process.ppid), ...others]) {
    const fd = descriptors(pid).find((candidate) => reads({ pid, fd: candidate }, pipe))
    if (fd !== undefined) return { pid, fd }
  }
  return undefined
}

function descriptors(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
  } catch {
    return [] // it has ended, or is another user's
  }
}

function reads({ pid, fd }: Reader, pipe: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== pipe) return false
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & O_ACCMODE) !== O_WRONLY
  } catch {
    return false
  }
}
