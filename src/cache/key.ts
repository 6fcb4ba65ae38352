import { createHash } from 'node:crypto'
import type { Mount } from '../request/mounts/mount.ts'
import type { RunRequest } from '../request/run-request.ts'
import { imageDigest } from './why-not.ts'

/** Raised whenever the same key could mean something else, or an entry is written in another way. */
export const FORMAT = 1

/**
 * Whether a field is in the key as it is: everything that a function could tell apart is, and what a run with other
 * settings would have refused. A new field does not compile until somebody has decided.
 */
const IS_PART = {
  entrypoint: true,
  args: true,
  workingDir: true,
  user: true,
  groups: true,
  network: true,
  enforcement: true,
  readOnlyRoot: true,
  serviceAccount: true,
  userNamespace: true,
  nodeSelector: true,
  tolerations: true,
  podTemplate: true,
  platform: true,
  hostname: true,
  hosts: true,
  dns: true,
  proof: true,
  maxOutputBytes: true,
  maxStderrBytes: true,

  // In it in another form: partsOf().
  image: false,
  env: false,
  streams: false,
  mounts: false,
  resources: false,

  // How the image and the Pod come about.
  givenImage: false,
  name: false,
  pullPolicy: false,
  pullSecrets: false,
  pullSecretFrom: false,
  recordDigest: false,
  mirrors: false,
  helperImage: false,
  lane: false,
  nudge: false,
  standby: false,
  // Nothing of the Pod's metadata is shown to a function.
  labels: false,
  annotations: false,
  // How long it may take.
  stopTimeoutSeconds: false,
  deadlineMs: false,
  deadlineName: false,
  // Looked at, or said, at each run and each hit.
  proofMaxAgeMs: false,
  mountRules: false,
  notices: false,
  warnings: false,
  // Never with one: why-not.ts.
  cidfile: false,
} as const satisfies Record<keyof RunRequest, boolean>

const FIELDS = Object.keys(IS_PART) as (keyof RunRequest)[]

export interface KeyInputs {
  /** krmpod's: another one may make another Pod of the same request. */
  readonly version: string
  /** sha256, in hexadecimal. */
  readonly stdin: string
  readonly files: FilesKey
}

/** The files of the bind mounts, as they are sent. */
export interface FilesKey {
  readonly digest: string
  /** Which of the trees that were sent is mounted, by the source of the mount. */
  readonly treeOf: ReadonlyMap<string, number>
}

/** The name of a result: a digest of everything that it depends on, so that nothing of it can be read there. */
export function keyOf(request: RunRequest, inputs: KeyInputs): string {
  const parts = partsOf(request, inputs)
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function partsOf(request: RunRequest, { version, stdin, files }: KeyInputs): object {
  return {
    format: FORMAT,
    version,
    asIs: FIELDS.filter((field) => IS_PART[field]).map((field) => [field, request[field]]),
    image: imageDigest(request.image),
    env: request.env.map(({ name, value }) => [name, value]),
    stdin: [request.streams.stdin, stdin],
    mounts: request.mounts.map((mount) => mountPart(mount, files)),
    files: files.digest,
    limits: request.resources.limits,
    shm: request.resources.shmBytes,
  }
}

/** Where a folder came from is nothing to the function, but two mounts of one folder share their files. */
function mountPart(mount: Mount, { treeOf }: FilesKey): object {
  if (mount.kind !== 'bind') return mount
  const { kind, target, readOnly } = mount
  return { kind, target, readOnly, tree: treeOf.get(mount.source) }
}
