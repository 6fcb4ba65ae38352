import { parse } from '../../argv/parse.ts'
import { pullImage } from '../../run/pull-image.ts'
import { Trace } from '../../session/trace.ts'
import { watchCaller } from '../interruptions.ts'
import { ask, prepareHost } from '../prepare.ts'

interface Pull {
  readonly image: string
  readonly quiet: boolean
  readonly platform?: string
}

/** Lets a node pull the image: with its credentials, its mirrors and its view of the registry. */
export async function pull({ image, quiet, platform }: Pull): Promise<number> {
  const interruptions = watchCaller()
  try {
    const words = [
      '--pull',
      'always',
      '--network',
      'none',
      ...(platform ? ['--platform', platform] : []),
      image,
    ]
    const command = parse(words)
    if (command.kind !== 'run') return 1
    const { request, settings } = await ask(command.argv)
    const host = await prepareHost(settings)
    const trace = new Trace(() => performance.now())
    await pullImage(request, { ...host, trace, interrupted: interruptions.signal, keep: false, rerun: true })
    const lines = quiet ? [image] : [`Status: Image is up to date for ${image}`, image]
    await new Promise<void>((resolve) => process.stdout.write(`${lines.join('\n')}\n`, () => resolve()))
    return 0
  } finally {
    interruptions.close()
  }
}
