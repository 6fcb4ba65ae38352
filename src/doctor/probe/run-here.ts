import { Readable, Writable } from 'node:stream'
import type { RunRequest } from '../../request/run-request.ts'
import type { RunHost } from '../../run/host.ts'
import { run } from '../../run/run.ts'
import { Trace } from '../../session/trace.ts'
import type { Patient } from '../patient.ts'

/** A run as any caller's, and what it printed; what there is to say of it is said on stderr. */
export async function runHere(
  patient: Patient,
  request: RunRequest,
  host: Partial<RunHost> = {},
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  const chunks: Buffer[] = []
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      done()
    },
  })
  const start = performance.now()
  const { exitCode } = await run(request, {
    ...patient.host,
    stdin: Readable.from([]),
    stdout,
    trace: new Trace(() => performance.now() - start),
    interrupted: patient.interrupted,
    ...host,
  })
  return { exitCode, stdout: Buffer.concat(chunks).toString() }
}
