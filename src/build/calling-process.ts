import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { ADDRESS_VARIABLE, environmentDigest, parseAddress } from './address.ts'
import type { Hello } from './messages.ts'
import type { Slot } from './slot.ts'

/** As bin/in-build/docker says it: its process id, and the number of words after `docker`. */
const LINE = /^(\d+) (\d+)$/
/** As it has opened its slot. */
const ASK_FD = 3

/**
 * What a shell script asks of the build, read from its process (proc_pid_cmdline(5) and its neighbours): no quoting, and
 * nothing that a value could break. Throws where that is not there, not ours to read, or not the process that asks.
 */
export function helloOf(line: string, slot: Slot): Hello {
  const [, pid, count] = LINE.exec(line) ?? []
  if (pid === undefined) throw new Error('not what a docker says')
  if (!slot.isAskedBy(`/proc/${pid}/fd/${ASK_FD}`)) throw new Error('another process by this number')
  const all = entriesOf(`/proc/${pid}/cmdline`)
  const environment = environmentOf(`/proc/${pid}/environ`)
  const address = parseAddress(environment[ADDRESS_VARIABLE] ?? '')
  return {
    token: address?.token ?? '',
    words: all.slice(all.length - Number(count)),
    environment: environmentDigest(environment),
    ...workingDirectory(`/proc/${pid}/cwd`),
  }
}

function environmentOf(path: string): Readonly<Record<string, string>> {
  // As Node has it: what is no variable is left out.
  const variables = entriesOf(path).flatMap((entry) => {
    const end = entry.indexOf('=')
    return end < 0 ? [] : [[entry.slice(0, end), entry.slice(end + 1)] as const]
  })
  return Object.fromEntries(variables)
}

/** Each ends with a NUL. */
function entriesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\0').slice(0, -1)
}

/** Of one that has been removed the kernel says so behind its name. */
function workingDirectory(link: string): { cwd?: string } {
  const cwd = readlinkSync(link)
  return existsSync(cwd) ? { cwd } : {}
}
