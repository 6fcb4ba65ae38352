import type { RunRequest } from '../request/run-request.ts'
import { plain } from '../result/explain.ts'
import type { RunResult } from '../result/run-result.ts'
import type { RunHost } from '../run/host.ts'
import { release } from '../run/release.ts'
import { Spool } from '../streams/spool.ts'
import type { Kept } from './entry.ts'

/** What a hit is answered with. */
export interface Answer {
  readonly kept: Kept
  /** Every run says them, and so does every hit. */
  readonly warnings: readonly string[]
}

interface Caller {
  readonly request: RunRequest
  readonly host: Pick<RunHost, 'stdout' | 'stderr' | 'interrupted' | 'temporaryDirectory'>
}

/** As the run would have handed it over. */
export async function replay({ kept, warnings }: Answer, { request, host }: Caller): Promise<RunResult> {
  for (const line of new Set(warnings)) host.stderr.write(`docker: warning: ${plain(line)}\n`)
  const nothingMore = new Spool(host.temporaryDirectory)
  nothingMore.end()
  const bytes = { stdoutBytes: kept.stdout.length, stderrBytes: kept.stderr.length }
  const output = { stdout: nothingMore, stderr: { bytes: bytes.stderrBytes }, before: kept }
  await release(output, { streams: request.streams, host })
  return { exitCode: 0, reason: 'Completed', ...bytes }
}
