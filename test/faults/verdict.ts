import type { RunError } from '../../src/errors/run-error.ts'
import { explainError } from '../../src/result/explain.ts'
import type { Outcome } from '../doubles/run-on.ts'
import type { Shape } from './shapes.ts'

/** How a run came out, from best to worst. */
export type Verdict =
  /** The function's exit code, stdout and stderr: `exact` when it is 0, `own failure` otherwise. */
  | { readonly kind: 'exact' | 'own failure' }
  /** krmpod's failure: nothing on stdout, one reason on stderr. */
  | { readonly kind: 'failed clean'; readonly code: string }
  /** The exit code is the function's, and stdout is if that is 0, but some of its words are missing or misplaced. */
  | { readonly kind: 'in part'; readonly why: string }
  /** An object is left that nobody was told of. */
  | { readonly kind: 'leaked'; readonly why: string }
  /** Anything else. */
  | { readonly kind: 'wrong'; readonly why: string }

export const VERDICTS = ['exact', 'own failure', 'in part', 'failed clean', 'leaked', 'wrong'] as const

/** `Pod NAMESPACE/NAME` that could not be deleted is told of in one line, whatever else there is to say. */
const WARNING = /docker: warning: could not delete Pod [^/]+\/([^,]+),.*\n/g

export function announced({ stderr }: Pick<Outcome, 'stderr'>): readonly string[] {
  return [...stderr.matchAll(WARNING)].map(([, name = '']) => name)
}

export function verdictOn(outcome: Outcome, shape: Shape): Verdict {
  const { end, error, stdout } = outcome
  const stderr = outcome.stderr.replaceAll(WARNING, '')
  if (error) return failure(error, outcome)
  const same = {
    exit: end === `exit ${shape.exit}`,
    stdout: stdout.equals(shape.stdout),
    stderr: stderr === shape.stderr,
  }
  const why = [
    same.exit ? '' : `${end} in place of exit ${shape.exit}`,
    same.stdout ? '' : `${stdout.length} bytes of stdout in place of ${shape.stdout.length}`,
    same.stderr ? '' : `stderr is ${JSON.stringify(stderr.slice(0, 200))}`,
  ]
  const said = why.filter(Boolean).join(', ')
  if (!same.exit || (shape.exit === 0 && !same.stdout)) return { kind: 'wrong', why: said }
  if (said !== '') return { kind: 'in part', why: said }
  return { kind: shape.exit === 0 ? 'exact' : 'own failure' }
}

function failure(error: RunError, { stdout, stderr }: Outcome): Verdict {
  // No function here says that; its last line may lack its end.
  const reasons = (stderr + explainError(error)).match(/docker: (?!warning)/g)?.length ?? 0
  // Only who was interrupted while it was handing over has handed over a part.
  if (stdout.length > 0 && error.code !== 'INTERRUPTED')
    return { kind: 'wrong', why: `${stdout.length} bytes of stdout with ${error.code}` }
  if (reasons !== 1) return { kind: 'wrong', why: `${reasons} reasons on stderr` }
  if (error.code === 'INTERNAL') return { kind: 'wrong', why: `INTERNAL: ${error.message}` }
  if (error.exit === 0) return { kind: 'wrong', why: `${error.code} with exit 0` }
  return { kind: 'failed clean', code: error.code }
}
