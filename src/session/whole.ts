import { RunError } from '../errors/run-error.ts'
import { isResourceList, ownerOfEarlyOutput } from '../streams/early-output.ts'
import type { Proof } from '../streams/proof.ts'
import type { Spool } from '../streams/spool.ts'
import type { Exit, Output } from './session.ts'

/**
 * What is known of stdin at the function's end. `unread`: nobody was ever attached, so the function cannot have seen
 * an end of stdin that was not there. `confirmed`: the server took all of it. `unknown`: it may have been cut.
 */
export type StdinFate = 'unread' | 'confirmed' | 'unknown'

interface Ended {
  readonly exit: Exit
  readonly proof: Proof
  readonly stdin: StdinFate
  readonly stdout: Spool
  readonly stderr: Spool
}

/** The function's output, if it is whole beyond doubt; otherwise the reason why it may not be. */
export async function wholeOutput({ exit, proof, stdin, stdout, stderr }: Ended): Promise<Output> {
  if (proof.kind === 'unproven') throw unproven(exit, proof.problem)
  const owner = proof.before.length === 0 ? 'stdout' : await ownerOfEarlyOutput({ ...proof, stdout, stderr })
  if (!owner)
    throw unproven(
      exit,
      'it was written before krmpod could attach, and the container log does not tell stdout from stderr',
    )
  const nothing = Buffer.alloc(0)
  const before = { stdout: nothing, stderr: nothing, [owner]: proof.before }
  if (
    exit.code === 0 &&
    stdin === 'unknown' &&
    !(stdout.bytes === 0 && (await isResourceList(before.stdout)))
  ) {
    throw unproven(exit, 'the connection ended before the function had been given all of its stdin')
  }
  return { stdout, stderr, before }
}

function unproven(exit: Exit, problem: string): RunError {
  return new RunError('UNPROVEN', { problem: `${problem} (the function exited ${exit.code})` })
}
