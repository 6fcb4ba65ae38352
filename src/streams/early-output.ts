import type { Spool } from './spool.ts'

interface Early {
  /** What the log holds before the first byte that attach delivered. */
  readonly before: Buffer
  readonly stdout: Spool
  readonly stderr: Spool
}

// Larger output is not parsed to find out whose its beginning was.
const MAX_PARSED_BYTES = 4 * 1024 * 1024

/**
 * Output written before attach is only in the container log, which does not say whose it was. A whole ResourceList
 * decides it; otherwise, when attach saw nothing of stderr, it is stdout's. Undefined: it cannot be told.
 */
export async function ownerOfEarlyOutput({
  before,
  stdout,
  stderr,
}: Early): Promise<'stdout' | 'stderr' | undefined> {
  if (stdout.bytes + before.length <= MAX_PARSED_BYTES) {
    const attached = stdout.slice(0)
    if (await isResourceList(attached)) return 'stderr'
    if (await isResourceList(Buffer.concat([before, attached]))) return 'stdout'
  }
  return stderr.bytes === 0 ? 'stdout' : undefined
}

/** One YAML or JSON document of kind ResourceList, whole. */
export async function isResourceList(bytes: Buffer): Promise<boolean> {
  if (!bytes.includes('ResourceList')) return false
  const { parseDocument } = await import('yaml')
  try {
    const document = parseDocument(bytes.toString('utf8'))
    const value: unknown = document.errors.length === 0 ? document.toJS() : undefined
    return (
      typeof value === 'object' &&
      value !== null &&
      'kind' in value &&
      value.kind === 'ResourceList' &&
      'items' in value
    )
  } catch {
    return false // a document that cannot be read is not a whole ResourceList
  }
}
