import { usageError } from '../../argv/usage.ts'
import { badValue } from '../bad-value.ts'

/** An image reference with docker's defaults filled in. */
export interface ImageRef {
  readonly registry: string
  readonly repository: string
  /** `latest` when there is neither a tag nor a digest. */
  readonly tag?: string
  readonly digest?: string
}

// The grammar of github.com/distribution/reference.
const HOST_PART = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const HOST = `(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const REPOSITORY = `${PATH_PART}(?:/${PATH_PART})*`
const TAG = '[\\w][\\w.-]{0,127}'
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const REFERENCE = new RegExp(
  `^(?<registry>${HOST})/(?<repository>${REPOSITORY})(?::(?<tag>${TAG}))?(?:@(?<digest>${DIGEST}))?$`,
)
const IMAGE_ID = /^(?:sha256:)?[a-f0-9]{64}$/
const MAX_REPOSITORY = 255
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])

/** Refuses, in docker's words, what docker and the kubelet would refuse. */
export function parseImageRef(text: string): ImageRef {
  if (IMAGE_ID.test(text)) throw badValue('image', text, 'a name, not an image ID: nodes pull images by name')
  const [domain, remainder] = splitDomain(text)
  const repository = remainder.split(':', 1).join()
  if (repository !== repository.toLowerCase()) {
    throw usageError(`invalid reference format: repository name (${repository}) must be lowercase`)
  }
  const groups = REFERENCE.exec(`${domain}/${remainder}`)?.groups
  if (!groups?.['registry'] || !groups['repository']) throw usageError('invalid reference format')
  if (groups['repository'].length > MAX_REPOSITORY) {
    throw usageError(`repository name must not be more than ${MAX_REPOSITORY} characters`)
  }
  return {
    registry: groups['registry'],
    repository: groups['repository'],
    ...version(groups['tag'], groups['digest']),
  }
}

function version(tag: string | undefined, digest: string | undefined): Pick<ImageRef, 'tag' | 'digest'> {
  if (digest === undefined) return { tag: tag ?? 'latest' }
  checkDigest(digest)
  return { ...(tag !== undefined && { tag }), digest }
}

/** Docker Hub is the registry of names whose first part does not look like a host. */
export function splitDomain(text: string): readonly [domain: string, remainder: string] {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const [domain, remainder] = isHost ? [first, text.slice(slash + 1)] : ['docker.io', text]
  if (domain !== 'docker.io' && domain !== 'index.docker.io') return [domain, remainder]
  return ['docker.io', remainder.includes('/') ? remainder : `library/${remainder}`]
}

function checkDigest(digest: string): void {
  const [algorithm = '', hex = ''] = digest.split(':')
  const length = DIGEST_LENGTHS.get(algorithm)
  if (length === undefined) throw usageError('unsupported digest algorithm')
  if (hex.length !== length) throw usageError('invalid checksum digest length')
  if (hex !== hex.toLowerCase()) throw usageError('invalid checksum digest format')
}
