import { pipeline } from 'node:stream/promises'
import { RunError } from '../errors/run-error.ts'
import { flushed, writeTo } from '../run/standard-streams.ts'
import { unlessStopped } from '../session/unless-stopped.ts'
import { helloOf } from './calling-process.ts'
import type { Hello } from './messages.ts'
import { runFor, type Served } from './served.ts'
import type { Slot } from './slot.ts'
import type { StartedRun } from './started-run.ts'

/**
 * One call of bin/in-build/docker, which has put all of its stdin down. It hears of the end, and of the exit code, when
 * all of stdout is where it can be read, and not before. Throws where it is to think that the build is gone.
 */
export async function serveSlot(slot: Slot, line: string, served: Served): Promise<void> {
  const asked = openCall(slot, line)
  const run = asked?.hello.token === served.token ? await runFor(asked.hello, served) : undefined
  if (!asked || !run) {
    slot.say('refused')
    return
  }
  const gone = new AbortController()
  slot.onGone(() => {
    gone.abort()
    run.abort(new RunError('INTERRUPTED', { by: 'its docker is gone' }))
  })
  const { signal } = gone
  const [stdin, stdout] = asked.files
  // A stdin that breaks must not look as if it had ended, and a run that has ended reads no more.
  pipeline(stdin, run.stdin).catch(() => undefined)
  await Promise.all([pipeline(run.stdout, stdout, { signal }), passOn(run, slot, signal)])
  slot.say(`end ${String(await run.exitCode)}`)
}

interface Asked {
  readonly hello: Hello
  readonly files: ReturnType<Slot['files']>
}

/** Before there is any run. Undefined: a process that cannot be read, or a full disk; it has other means to ask. */
function openCall(slot: Slot, line: string): Asked | undefined {
  try {
    return { hello: helloOf(line, slot), files: slot.files() }
  } catch {
    return undefined
  }
}

/** As it comes. A function that says nothing there costs its docker no process. */
async function passOn({ stderr }: StartedRun, slot: Slot, signal: AbortSignal): Promise<void> {
  let isTold = false
  for await (const chunk of stderr) {
    if (!isTold) slot.say('stderr')
    isTold = true
    await writeTo(slot.stderr, [chunk as Buffer], signal)
  }
  if (!isTold) return
  await unlessStopped(flushed(slot.stderr), signal)
  // Its `cat` ends with the last writer.
  slot.stderr.destroy()
}
