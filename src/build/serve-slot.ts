import { pipeline } from 'node:stream/promises'
import { flushed, writeTo } from '../run/standard-streams.ts'
import { unlessStopped } from '../session/unless-stopped.ts'
import { helloOf } from './calling-process.ts'
import type { Hello } from './messages.ts'
import { runFor, type Served } from './served.ts'
import type { Slot } from './slot.ts'
import { dockerIsGone, type StartedRun } from './started-run.ts'

/**
 * One call of bin/in-build/docker, which has put all of its stdin down. It hears of the end, and of the exit code, when
 * all of stdout is where it can be read, and not before. Throws where it is to think that the build is gone.
 */
export async function serveSlot(slot: Slot, line: string, served: Served): Promise<void> {
  const asked = openCall(slot, line, served)
  const run = asked && (await runFor(asked.hello, served))
  if (!run) {
    slot.say('refused')
    return
  }
  const gone = new AbortController()
  slot.onGone(() => {
    gone.abort()
    run.abort(dockerIsGone())
  })
  const { signal } = gone
  const [stdin, stdout] = asked.files
  // What is wrong with stdin the run is told by its own end of it, and a run that has ended reads no more.
  pipeline(stdin, run.stdin).catch(() => undefined)
  await Promise.all([pipeline(run.stdout, stdout, { signal }), passOn(run, slot, signal)])
  slot.say(`end ${String(await run.exitCode)}`)
}

interface Asked {
  readonly hello: Hello
  readonly files: ReturnType<Slot['files']>
}

/** Before there is any run. Undefined: who cannot be read, or is not one of ours, or has no files; it has other means to ask. */
function openCall(slot: Slot, line: string, { token }: Served): Asked | undefined {
  try {
    const hello = helloOf(line, slot)
    return hello.token === token ? { hello, files: slot.files() } : undefined
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
