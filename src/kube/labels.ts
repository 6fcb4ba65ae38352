/** Of the keys of all our labels and annotations. */
export const OUR_DOMAIN = 'krmpod.dev'

/** Labels are few and constant: some CNIs make one identity per set of labels. All else is an annotation. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  network: 'krmpod.dev/network',
  lane: 'krmpod.dev/lane',
} as const

export const ANNOTATIONS = {
  runId: 'krmpod.dev/run-id',
  image: 'krmpod.dev/image',
  /** Of the image that the node ran, `sha256:…`: with images.recordDigest, when the run is over. */
  digest: 'krmpod.dev/image-digest',
  /** For people, by the caller's clock. What may be removed is decided without it: expiry.ts. */
  expires: 'krmpod.dev/expires',
  /** `krmpod run --keep`: the run left it on purpose. */
  kept: 'krmpod.dev/kept',
  dockerName: 'krmpod.dev/docker-name',
  /** While a Pod is parked: what a run must have in common with it. Who takes it away has the Pod. */
  standby: 'krmpod.dev/standby',
  /** On the policy of `--network none`: what `krmpod doctor --probe` has found out. */
  enforcement: 'krmpod.dev/enforcement',
} as const

/** Where it is in a Pod, for JSON patches (RFC 6901). */
export function annotationPath(key: string): string {
  return `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

export const MANAGED_BY = 'krmpod'

/** Of a namespace: it is there for functions, and nothing else. */
export const FUNCTIONS_LABEL = 'krmpod.dev/functions'

/** Every Pod of krmpod's, and nothing else that calls itself managed by it. */
export const POD_SELECTOR: string = `${LABELS.managedBy}=${MANAGED_BY},${LABELS.lane}`
