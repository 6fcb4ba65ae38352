import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { writeTo } from '../run/standard-streams.ts'
import { decode, encode, encodeJson, type Frame } from './frames.ts'
import { parseHello } from './messages.ts'
import { runFor, type Served } from './served.ts'
import { dockerIsGone, type StartedRun } from './started-run.ts'

/** One `docker` of the build's kustomize: its stdin comes in, and the run's output, and in the end its exit code, go out. */
export async function serveDocker(socket: Socket, served: Served): Promise<void> {
  const frames = decode(socket)
  const first = await frames.next()
  if (first.done || first.value.kind !== 'hello') throw new Error('no hello')
  const hello = parseHello(first.value.payload)
  if (hello.token !== served.token) throw new Error('not one of ours')
  const run = await runFor(hello, served)
  if (!run) {
    socket.end(encode('refused'))
    return
  }
  const gone = new AbortController()
  // Whatever ends the connection before the run has ended: nobody waits for it any more.
  const abandon = (): void => {
    gone.abort()
    run.abort(dockerIsGone())
  }
  if (socket.destroyed) abandon()
  socket.once('close', abandon)
  socket.write(encode('accepted'))
  feed(run, frames).catch(() => socket.destroy())
  const counts = { stdout: 0, stderr: 0 }
  await Promise.all([
    writeTo(socket, inFrames('stdout', run.stdout, counts), gone.signal),
    writeTo(socket, inFrames('stderr', run.stderr, counts), gone.signal),
  ])
  const exitCode = await run.exitCode
  socket.end(encodeJson('end', { exitCode, stdoutBytes: counts.stdout }))
}

/** The function sees the end of its stdin only if all of it has come. Goes on after its end: nobody may find the door shut. */
async function feed({ stdin }: StartedRun, frames: AsyncIterable<Frame>): Promise<void> {
  let bytes = 0
  const always = new AbortController().signal
  for await (const { kind, payload } of frames) {
    if (kind === 'stdin') {
      bytes += payload.length
      // A run that has ended reads no more.
      await writeTo(stdin, [payload], always).catch(() => undefined)
    } else if (kind === 'stdinEnd' && payload.readDoubleBE() === bytes) stdin.end()
    else throw new Error(`${kind} is not what a docker says here`)
  }
}

async function* inFrames(
  kind: 'stdout' | 'stderr',
  from: Readable,
  counts: Record<'stdout' | 'stderr', number>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of from) {
    counts[kind] += (chunk as Buffer).length
    yield encode(kind, chunk as Buffer)
  }
}
