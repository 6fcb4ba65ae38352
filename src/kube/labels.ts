/** Labels are few and constant: some CNIs make one identity per set of labels. All else is an annotation. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  network: 'krmpod.dev/network',
  lane: 'krmpod.dev/lane',
} as const

export const ANNOTATIONS = {
  runId: 'krmpod.dev/run-id',
  image: 'krmpod.dev/image',
  expires: 'krmpod.dev/expires',
  dockerName: 'krmpod.dev/docker-name',
} as const

export const MANAGED_BY = 'krmpod'
