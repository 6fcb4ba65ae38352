import { RunError } from '../errors/run-error.ts'
import {
  execCommand,
  type ImageConfig,
  looksLikeVariable,
  programOf,
  wouldLeak,
} from '../plan/exec-command.ts'
import type { Verdict } from '../result/verdict.ts'
import type { Nudge } from './exit-code.ts'
import type { PodObserver } from './pod-observer.ts'
import type { Target } from './target.ts'

interface Launch {
  readonly target: Target
  readonly observer: PodObserver
  readonly nudge: Nudge
  readonly nonce: string
  readonly imageConfig: (digest: string | undefined) => Promise<ImageConfig>
}

const NOTHING: ImageConfig = { entrypoint: [], cmd: [], env: [] }

/**
 * The words to exec. The image's part of them is looked up for the image that the node runs, which it says once the
 * container runs: a tag may mean another one at the registry by now.
 */
export async function commandToExec({ target, nonce, ...launch }: Launch): Promise<readonly string[]> {
  const command = target.plan.exec?.command
  if (!command) throw new Error('the plan is not one of the exec lane')
  if (wouldLeak(command)) {
    throw unavailable('a variable of the caller has a name that a shell would not pass on to the function')
  }
  const image = command.entrypoint ? NOTHING : await imageOf({ target, ...launch })
  if (programOf(command, image).length === 0) throw new RunError('CONTAINER_CONFIG', NO_COMMAND)
  if (looksLikeVariable(command, image)) {
    throw unavailable(
      "the program's name has a '=', and a variable has a name that a shell would not pass on",
    )
  }
  return execCommand(command, { image, nonce })
}

// As the runtime refuses it in the attach lane.
const NO_COMMAND = { reason: 'CreateContainerError', event: 'no command specified' }

async function imageOf({
  target,
  observer,
  nudge,
  imageConfig,
}: Omit<Launch, 'nonce'>): Promise<ImageConfig> {
  // kubelet would look at the new container within a second; this makes it look now.
  await observer.until((verdict) =>
    isStarted(verdict) || (verdict.kind === 'waiting' && verdict.phase === 'starting') ? true : undefined,
  )
  void nudge()
  await observer.until((verdict) => (isStarted(verdict) ? true : undefined))
  try {
    return await imageConfig(observer.imageDigest)
  } catch (error) {
    target.signal.throwIfAborted()
    throw unavailable(`the entrypoint of the image is not known: ${(error as Error).message}`, error)
  }
}

function isStarted({ kind }: Verdict): boolean {
  return kind === 'running' || kind === 'exited'
}

function unavailable(problem: string, cause?: unknown): RunError {
  return new RunError('EXEC_UNAVAILABLE', { problem }, { cause })
}
