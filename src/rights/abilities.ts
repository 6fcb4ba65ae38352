/** As in a Role. */
export interface Right {
  readonly apiGroup: string
  readonly resource: string
  readonly verbs: readonly string[]
}

/** Something that krmpod does in the namespace of the functions, and the rights that it takes. */
export interface Ability {
  /** Its Role is called `krmpod-…`. */
  readonly name: string
  /** As in "to …". */
  readonly purpose: string
  /** Nothing works without. */
  readonly isRequired: boolean
  /** More than most need, and not without danger: only by name. */
  readonly isOptIn?: boolean
  /** What becomes of a run when the rights are missing. */
  readonly without: string
  readonly rights: readonly Right[]
}

const CORE = ''

/**
 * All that krmpod ever asks of the API server: `krmpod install rbac` makes Roles of it, `krmpod doctor` asks for each,
 * and a test takes away each. None of it reads a Secret, or writes a NetworkPolicy.
 */
export const ABILITIES: readonly Ability[] = [
  {
    name: 'run',
    purpose: 'to run a function',
    isRequired: true,
    without: 'no function can be run',
    rights: [
      { apiGroup: CORE, resource: 'pods', verbs: ['create', 'watch', 'delete'] },
      // A WebSocket is a GET; 1.35 and later also ask for create.
      { apiGroup: CORE, resource: 'pods/attach', verbs: ['create', 'get'] },
      // The proof that all output arrived.
      { apiGroup: CORE, resource: 'pods/log', verbs: ['get'] },
      // Only an administrator makes the policy of `--network none`: whoever can write it can say that it is enforced.
      { apiGroup: 'networking.k8s.io', resource: 'networkpolicies', verbs: ['list'] },
    ],
  },
  {
    name: 'recover',
    purpose: 'to go on where an answer of the API server got lost',
    isRequired: false,
    without: 'a run whose connection breaks fails, and may leave its Pod to `krmpod gc`',
    rights: [{ apiGroup: CORE, resource: 'pods', verbs: ['get'] }],
  },
  {
    name: 'env',
    purpose: "to pass on values of the caller's environment (`-e NAME`)",
    isRequired: false,
    without: 'a run with `-e NAME` fails',
    rights: [{ apiGroup: CORE, resource: 'secrets', verbs: ['create', 'delete'] }],
  },
  {
    name: 'exec',
    purpose: 'to start functions that speak before anybody listens (docs/lanes.md)',
    isRequired: false,
    without: 'a function whose first words are lost fails',
    rights: [{ apiGroup: CORE, resource: 'pods/exec', verbs: ['create', 'get'] }],
  },
  {
    name: 'nudge',
    purpose: 'to learn the exit code up to a second sooner',
    isRequired: false,
    without: 'every run takes up to a second longer',
    rights: [{ apiGroup: CORE, resource: 'pods/resize', verbs: ['patch'] }],
  },
  {
    name: 'events',
    purpose: 'to say what a Pod waits for',
    isRequired: false,
    without: 'errors say less of what the node or the scheduler has to say',
    rights: [{ apiGroup: CORE, resource: 'events', verbs: ['list'] }],
  },
  {
    name: 'gc',
    purpose: 'to find what killed runs have left',
    isRequired: false,
    without: 'somebody else has to call `krmpod gc`',
    rights: [{ apiGroup: CORE, resource: 'pods', verbs: ['list'] }],
  },
  {
    name: 'standby',
    purpose: 'to find, and take, a Pod that an earlier run has parked (standby.size)',
    isRequired: false,
    isOptIn: true,
    without: 'every run starts a Pod of its own',
    // Can change Pods of other callers, too.
    rights: [{ apiGroup: CORE, resource: 'pods', verbs: ['list', 'patch'] }],
  },
  {
    name: 'audit',
    purpose: "to write the digest of a run's image on its Pod (images.recordDigest)",
    isRequired: false,
    isOptIn: true,
    without: 'it is not written',
    rights: [{ apiGroup: CORE, resource: 'pods', verbs: ['patch'] }],
  },
  {
    name: 'login',
    purpose: "to pull images with the caller's own login (images.pullSecretFrom)",
    isRequired: false,
    isOptIn: true,
    without: 'a run with `images.pullSecretFrom: dockerConfig` fails',
    // Takes away what holds the Pod back until its pull secret is there; and can change Pods of other callers.
    rights: [{ apiGroup: CORE, resource: 'pods', verbs: ['patch'] }],
  },
]

/** The entrypoint of a private image, for the exec lane: these Secrets alone, by name. */
export function pullSecretAbility(): Ability {
  return {
    name: 'pull-secrets',
    purpose: 'to ask a private registry for the entrypoint of an image',
    isRequired: false,
    without: 'private images cannot be started by exec',
    rights: [{ apiGroup: CORE, resource: 'secrets', verbs: ['get'] }],
  }
}
