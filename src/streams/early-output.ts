import type { Spool } from './spool.ts'

interface Early {
  /** What the log holds before the first byte that attach delivered. */
  readonly before: Buffer
  readonly stdout: Spool
  readonly stderr: { readonly bytes: number }
  /** The function was given a stdin: so it speaks the KRM functions protocol, and its stdout is a ResourceList. */
  readonly speaksProtocol: boolean
}

// Larger output is not parsed to find out whose its beginning was.
const MAX_PARSED_BYTES = 4 * 1024 * 1024
/** Twice what so large a list takes; one that was made to be slow could take hours, and no deadline would be heard. */
const MAX_PARSE_MS = 10_000

/**
 * Output written before attach is only in the container log, which does not say whose it was. Of a function that speaks
 * the protocol it is stdout's for certain only where it makes a whole ResourceList of what is none without it; of a plain
 * program of which attach saw no stderr, it is taken for stdout's. It may be a mixture, so it is never all of stderr's
 * for certain. False: it cannot be told.
 */
export async function isEarlyStdout({ before, stdout, stderr, speaksProtocol }: Early): Promise<boolean> {
  if (!speaksProtocol) return stderr.bytes === 0
  if (stdout.bytes + before.length > MAX_PARSED_BYTES || mayBeOfEither(before)) return false
  const attached = stdout.slice(0)
  return (await isResourceList(Buffer.concat([before, attached]))) && !(await isResourceList(attached))
}

/** Lines without which a list would be the same for a parser. */
function mayBeOfEither(before: Buffer): boolean {
  const lines = before.toString('utf8').replace(/\n$/, '').split('\n')
  return lines.some((line) => /^\s*(#|---|\.\.\.|%|$)/.test(line))
}

// A list that lost its first lines, or that a banner stands before, is no list (functions-spec: ResourceList).
const KEYS = new Set(['apiVersion', 'kind', 'metadata', 'items', 'functionConfig', 'results'])

/** One YAML or JSON document of kind ResourceList, whole. */
async function isResourceList(bytes: Buffer): Promise<boolean> {
  if (!bytes.includes('ResourceList')) return false
  const [{ parseDocument }, { runInNewContext }] = await Promise.all([import('yaml'), import('node:vm')])
  const read = (): boolean => {
    const document = parseDocument(bytes.toString('utf8'))
    return document.errors.length === 0 && isList(document.toJS())
  }
  try {
    return runInNewContext('read()', { read }, { timeout: MAX_PARSE_MS }) as boolean
  } catch {
    return false // a document that cannot be read, or not in time, is not a whole ResourceList
  }
}

function isList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const list = value as Readonly<Record<string, unknown>>
  const isOfGroup = String(list['apiVersion']).startsWith('config.kubernetes.io/')
  return (
    isOfGroup &&
    list['kind'] === 'ResourceList' &&
    'items' in list &&
    Object.keys(list).every((key) => KEYS.has(key))
  )
}
