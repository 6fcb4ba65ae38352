import { RunError } from '../errors/run-error.ts'
import { isEarlyStdout } from '../streams/early-output.ts'
import type { Proof } from '../streams/proof.ts'
import type { Spool } from '../streams/spool.ts'
import type { Exit, Output } from './session.ts'

/**
 * What is known of stdin at the function's end. `unread`: nobody has given it anything, nor ended it before the function
 * ended: its stdin was open and empty all the time, and nothing can depend on it. `confirmed`: the node took all of it.
 * `unknown`: it may have been cut, for the end of an attach is an end of stdin.
 */
export type StdinFate = 'unread' | 'confirmed' | 'unknown'

interface Ended {
  readonly exit: Exit
  readonly proof: Proof
  readonly stdin: StdinFate
  readonly stdout: Spool
  readonly stderr: { readonly bytes: number }
  readonly speaksProtocol: boolean
  /** Nothing else can tell whose the output from before attach was. */
  readonly mayGuess: boolean
}

// kubelet begins its answer before it looks for the log: what goes wrong then comes as text, with HTTP 200
// (kubernetes/kubernetes#140154).
const LOG_COMPLAINT =
  /(unable to retrieve container logs for|failed to (open log file|get container status|try resolving symlinks in path)) .*$/

/** The function's output, if it is whole beyond doubt; otherwise the reason why it may not be. */
export async function wholeOutput(ended: Ended): Promise<Output> {
  const { exit, proof, stdin, stdout, stderr } = ended
  if (proof.kind === 'unproven') throw unproven(exit, proof.problem)
  const complaint = LOG_COMPLAINT.exec(proof.before.toString())
  if (complaint) throw unproven(exit, `the container log cannot be read: ${complaint[0]}`)
  const owner = await ownerOf(ended)
  if (!owner)
    throw unproven(
      exit,
      'it was written before krmpod could attach, and the container log does not tell stdout from stderr',
      true,
    )
  if (exit.code === 0 && stdin === 'unknown') {
    throw unproven(exit, 'the connection ended before the function had been given all of its stdin')
  }
  const nothing = Buffer.alloc(0)
  return { stdout, stderr, before: { stdout: nothing, stderr: nothing, [owner]: proof.before } }
}

/** Whose the output from before attach was. */
async function ownerOf(ended: Ended): Promise<'stdout' | 'stderr' | undefined> {
  const { exit, proof, stdout, stderr, speaksProtocol, mayGuess } = ended
  if (proof.kind === 'unproven' || proof.before.length === 0) return 'stdout'
  if (!mayGuess) return undefined
  if (await isEarlyStdout({ before: proof.before, stdout, stderr, speaksProtocol })) return 'stdout'
  // Of a function that failed, what nobody can tell is its complaint.
  return speaksProtocol && exit.code !== 0 ? 'stderr' : undefined
}

/** `early`: the image is one that speaks before anybody can listen, and will do so again. */
function unproven(exit: Exit, problem: string, early = false): RunError {
  return new RunError('UNPROVEN', { problem: `${problem} (the function exited ${exit.code})`, early })
}
