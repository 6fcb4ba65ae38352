import { parse } from '../../argv/parse.ts'
import { plain } from '../../result/explain.ts'
import { warm } from '../../run/warm.ts'
import { Trace } from '../../session/trace.ts'
import { watchCaller } from '../interruptions.ts'
import { ask, prepareHost } from '../prepare.ts'
import { print } from '../print.ts'

interface WarmFlags {
  readonly images: readonly string[]
  readonly for: Caller
  readonly namespace?: string | undefined
  readonly context?: string | undefined
}

type Caller = keyof typeof WORDS

const ALONE = ['-i', '--network', 'none', '--user', 'nobody', '--security-opt=no-new-privileges']

/** What makes a difference to the Pod, of the words that each says for a function without anything special. */
const WORDS = {
  kustomize: [...ALONE, '-e', 'LOG_TO_STDERR=true', '-e', 'STRUCTURED_RESULTS=true'],
  kpt: [...ALONE, '--pull', 'missing'],
} as const

/** `krmpod warm`: Pods for the first runs of these functions, too. */
export async function warmUp({ images, for: caller, namespace, context }: WarmFlags): Promise<number> {
  const flags = { ...(namespace !== undefined && { namespace }), ...(context !== undefined && { context }) }
  const interruptions = watchCaller()
  const warnings = new Set<string>()
  try {
    await Promise.all(
      images.map(async (image) => {
        const command = parse([...WORDS[caller], image])
        if (command.kind !== 'run') return
        const { request, settings } = await ask(command.argv, flags)
        const host = await prepareHost(settings)
        const parked = await warm(request, {
          ...host,
          trace: new Trace(() => performance.now()),
          interrupted: interruptions.signal,
          keep: false,
          rerun: false,
          onHint: (text) => warnings.add(text),
        })
        await print(`${image}: ${parked} ${parked === 1 ? 'Pod' : 'Pods'} parked\n`)
      }),
    )
    return 0
  } finally {
    for (const warning of warnings) process.stderr.write(`krmpod: warning: ${plain(warning)}\n`)
    interruptions.close()
  }
}
