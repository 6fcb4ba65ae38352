import { randomBytes } from 'node:crypto'
import { docker, type Ended } from '../e2e/support/docker.ts'

const MIB = 1024 * 1024
const DEADLINE_S = 120

/** How a run ended, against what it should have printed. */
export interface Outcome {
  readonly verdict: 'right' | 'refused' | 'wrong'
  readonly run: string
  readonly exitCode: number
  /** Bytes printed and expected. */
  readonly stdout: readonly [number, number]
  readonly stderr: string
}

interface Run {
  readonly name: string
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly input: Buffer
  readonly stdout: Buffer
}

interface Place {
  readonly namespace: string
  /** Of krmpod's memory, so that nothing learned in a broken world outlives it. */
  readonly cache: string
}

/** As KRM functions do, it reads its stdin first; then `count` lines of `width` digits and a newline. */
function lines(name: string, [count, width]: readonly [number, number], env: Run['env'] = {}): Run {
  const print = `i=0; while [ $i -lt ${count} ]; do printf '%0${width}d\\n' $i; i=$((i+1)); sleep 0.2; done`
  const text = Array.from({ length: count }, (_, line) => `${String(line).padStart(width, '0')}\n`)
  return {
    name,
    words: ['-e', 'TOKEN', 'busybox', 'sh', '-c', `cat >/dev/null; ${print}`],
    env: { TOKEN: 'secret', ...env },
    input: Buffer.from('x'),
    stdout: Buffer.from(text.join('')),
  }
}

const SLOW: readonly Run[] = [
  lines('lines', [40, 100]),
  lines('more lines than are compared whole', [40, 64_000]),
  lines('lines in the exec lane', [40, 100], { KRMPOD_LANE: 'exec' }),
  lines('many lines in the exec lane', [40, 64_000], { KRMPOD_LANE: 'exec' }),
]

/**
 * Runs that work for some seconds, and a quick one after another beside them. Rejects if the disruption does; resolves
 * when all have ended.
 */
export async function burst(place: Place, disrupt: () => Promise<void>): Promise<readonly Outcome[]> {
  const disruption = new AbortController()
  const slow = SLOW.map((run) => outcomeOf(run, place))
  const quick = (async () => {
    const ended: Outcome[] = []
    while (!disruption.signal.aborted) ended.push(await outcomeOf(cat(), place))
    return [...ended, await outcomeOf(cat(), place)]
  })()
  try {
    await disrupt()
  } finally {
    disruption.abort()
  }
  return [...(await Promise.all(slow)), ...(await quick)]
}

export const SLOW_RUNS: number = SLOW.length

function cat(): Run {
  const bytes = randomBytes(3 * MIB)
  return { name: 'cat', words: ['busybox', 'cat'], input: bytes, stdout: bytes }
}

async function outcomeOf({ name, words, env, input, stdout }: Run, place: Place): Promise<Outcome> {
  const settings = { KRMPOD_DEADLINE: `${DEADLINE_S}s`, XDG_CACHE_HOME: place.cache }
  const ended = await docker(['run', '-i', '--network', 'none', ...words], {
    namespace: place.namespace,
    env: { ...settings, ...env },
    input,
  })
  return {
    verdict: verdictOf(ended, stdout),
    run: name,
    exitCode: ended.exitCode,
    stdout: [ended.stdout.length, stdout.length],
    stderr: ended.stderr,
  }
}

function verdictOf({ exitCode, stdout, stderr }: Ended, expected: Buffer): Outcome['verdict'] {
  if (exitCode === 0 && stdout.equals(expected)) return 'right'
  const reasons = stderr.match(/^docker: (?!warning)/gm) ?? []
  return exitCode === 125 && stdout.length === 0 && reasons.length === 1 ? 'refused' : 'wrong'
}
