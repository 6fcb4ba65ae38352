/** What a `docker` asks of the build it belongs to. */
export interface Hello {
  readonly token: string
  /** All words after `docker`. */
  readonly words: readonly string[]
  /** Absent: it has been removed. */
  readonly cwd?: string
  /** Of its environment, whose values stay where they are. */
  readonly environment: string
}

/** The last frame of a run. Without it, nothing of the run counts. */
export interface End {
  readonly exitCode: number
  readonly stdoutBytes: number
}

export function parseHello(payload: Buffer): Hello {
  const hello = parseObject(payload)
  const { token, words, cwd, environment } = hello
  if (typeof token !== 'string' || typeof environment !== 'string' || !areTexts(words))
    throw new Error('not a hello')
  return { token, words, environment, ...(typeof cwd === 'string' && { cwd }) }
}

export function parseEnd(payload: Buffer): End {
  const { exitCode, stdoutBytes } = parseObject(payload)
  if (!Number.isInteger(exitCode) || !Number.isInteger(stdoutBytes)) throw new Error('not an end')
  return { exitCode: exitCode as number, stdoutBytes: stdoutBytes as number }
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

function parseObject(payload: Buffer): Readonly<Record<string, unknown>> {
  return JSON.parse(payload.toString('utf8')) as Readonly<Record<string, unknown>>
}
