import { isUtf8 } from 'node:buffer'
import { type Case, type Outcome, PARTS, type Part } from './case.ts'

export type Verdict =
  | { readonly kind: 'equal' }
  | { readonly kind: 'documented'; readonly key: string; readonly parts: readonly Difference[] }
  | { readonly kind: 'undocumented'; readonly parts: readonly Difference[] }
  /** Documented, but the two no longer differ in all of these parts. */
  | { readonly kind: 'gone'; readonly key: string; readonly parts: readonly Difference[] }
  /** The row itself is wrong: docker did not do what it is about. */
  | { readonly kind: 'pointless'; readonly why: string }

interface Difference {
  readonly part: Part
  readonly docker: string
  readonly krmpod: string
}

/** How krmpod's outcome stands to docker's. */
export function compare(row: Case, docker: Outcome, krmpod: Outcome): Verdict {
  const why = pointless(row, docker)
  if (why !== undefined) return { kind: 'pointless', why }
  const different = PARTS.filter((part) => !isEqual(row, part, { docker, krmpod }))
  const shown = (part: Part): Difference => differenceIn(part, docker, krmpod)
  const allowed = row.differs?.in ?? []
  const undocumented = different.filter((part) => !allowed.includes(part))
  if (undocumented.length > 0) return { kind: 'undocumented', parts: undocumented.map(shown) }
  if (!row.differs || (row.differs.isRace && different.length === 0)) return { kind: 'equal' }
  const { key, isRace } = row.differs
  const gone = allowed.filter((part) => !different.includes(part))
  if (gone.length > 0 && !isRace) return { kind: 'gone', key, parts: gone.map(shown) }
  return { kind: 'documented', key, parts: different.map(shown) }
}

function isEqual(row: Case, part: Part, { docker, krmpod }: Record<'docker' | 'krmpod', Outcome>): boolean {
  if (part === 'stdout') return docker.stdout.equals(krmpod.stdout)
  if (part === 'stderr') {
    // Whose words they are needs no guess: of a refused call the function has said nothing, and both programs must have
    // said why. Of any other call all of stderr is the function's, but for the engine's warnings.
    if (row.refused) return krmpod.stderr.toString().startsWith('docker: ')
    return withoutWarnings(docker.stderr).equals(krmpod.stderr)
  }
  if (part === 'files') return JSON.stringify(docker.files) === JSON.stringify(krmpod.files)
  return docker[part] === krmpod[part]
}

function differenceIn(part: Part, docker: Outcome, krmpod: Outcome): Difference {
  if (part !== 'files') return { part, docker: show(docker[part]), krmpod: show(krmpod[part]) }
  return { part, docker: only(docker.files, krmpod.files), krmpod: only(krmpod.files, docker.files) }
}

/** The lines that the other does not have. */
function only(lines: readonly string[] = [], others: readonly string[] = []): string {
  return lines.filter((line) => !others.includes(line)).join('; ') || 'nothing more'
}

/** The docker command passes warnings of its engine on before the function starts ("WARNING: Your kernel does not …"). */
function withoutWarnings(stderr: Buffer): Buffer {
  const [warnings = ''] = /^(?:WARNING: .*\n)*/.exec(stderr.toString('latin1')) ?? []
  return stderr.subarray(warnings.length)
}

/** How the docker command begins when it speaks for itself; no function of a case begins so. */
const OWN_WORDS =
  /^(docker: |time="|Unable to find image |Conflicting options|unknown |invalid argument |flag needs |"docker )/

function pointless(row: Case, docker: Outcome): string | undefined {
  const words = withoutWarnings(docker.stderr).subarray(0, 1000).toString()
  const isRefusal =
    [1, 125, 126, 127].some((code) => code === docker.exitCode) &&
    docker.stdout.length === 0 &&
    OWN_WORDS.test(words)
  if (row.refused && !isRefusal)
    return `docker does not refuse it: exit code ${docker.exitCode}, ${show(words)}`
  if (!row.refused && OWN_WORDS.test(words)) return `docker itself says ${show(words)}`
  return undefined
}

const SHOWN = 40

/** A value as a cell of the report. */
function show(value: string | number | boolean | Buffer | undefined): string {
  if (!Buffer.isBuffer(value)) return String(value)
  const start = value.subarray(0, SHOWN)
  const text = isUtf8(start) ? JSON.stringify(start.toString()) : start.toString('hex').slice(0, SHOWN)
  return value.length <= SHOWN ? text : `${text}… (${value.length} bytes)`
}
