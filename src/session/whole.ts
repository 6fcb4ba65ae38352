import { RunError } from '../errors/run-error.ts'
import { ownerOfEarlyOutput } from '../streams/early-output.ts'
import type { Proof } from '../streams/proof.ts'
import type { Spool } from '../streams/spool.ts'
import type { Exit, Output } from './session.ts'

/**
 * What is known of stdin at the function's end. `unread`: nothing of it was ever sent, so the function cannot have seen
 * an end of stdin that was not there. `confirmed`: the node took all of it. `taken`: an API server did, which may have
 * lost the node since. `unknown`: it may have been cut.
 */
export type StdinFate = 'unread' | 'confirmed' | 'taken' | 'unknown'

interface Ended {
  readonly exit: Exit
  readonly proof: Proof
  readonly stdin: StdinFate
  readonly stdout: Spool
  readonly stderr: Spool
}

// kubelet begins its answer before it looks for the log: what goes wrong then comes as text, with HTTP 200
// (kubernetes/kubernetes#140154).
const LOG_COMPLAINT =
  /(unable to retrieve container logs for|failed to (open log file|get container status|try resolving symlinks in path)) .*$/

/** The function's output, if it is whole beyond doubt; otherwise the reason why it may not be. */
export async function wholeOutput({ exit, proof, stdin, stdout, stderr }: Ended): Promise<Output> {
  if (proof.kind === 'unproven') throw unproven(exit, proof.problem)
  const complaint = LOG_COMPLAINT.exec(proof.before.toString())
  if (complaint) throw unproven(exit, `the container log cannot be read: ${complaint[0]}`)
  const owner = proof.before.length === 0 ? 'stdout' : await ownerOfEarlyOutput({ ...proof, stdout, stderr })
  if (!owner)
    throw unproven(
      exit,
      'it was written before krmpod could attach, and the container log does not tell stdout from stderr',
    )
  if (exit.code === 0 && mayBeCut(stdin, { proof, stdout, stderr })) {
    throw unproven(exit, 'the connection ended before the function had been given all of its stdin')
  }
  const nothing = Buffer.alloc(0)
  return { stdout, stderr, before: { stdout: nothing, stderr: nothing, [owner]: proof.before } }
}

/**
 * An API server that loses the node says `Success`, and the function goes on with what it has of stdin. Output that
 * came after this is in the log alone, and looks as if it had been written before anybody was attached.
 */
function mayBeCut(
  stdin: StdinFate,
  { proof, stdout, stderr }: { proof: Proof } & Pick<Ended, 'stdout' | 'stderr'>,
): boolean {
  if (stdin !== 'taken') return stdin === 'unknown'
  return stdout.bytes + stderr.bytes === 0 && proof.kind === 'whole' && proof.before.length > 0
}

function unproven(exit: Exit, problem: string): RunError {
  return new RunError('UNPROVEN', { problem: `${problem} (the function exited ${exit.code})` })
}
