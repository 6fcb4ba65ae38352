/**
 * Every way krmpod itself can fail, as data: `exit` is the process's exit status (docker's: 125 ours, 126 not
 * executable, 127 not found, 1 misuse of a command), `text` the reason in one line without a full stop, `hint`
 * what to do. A function's own failure is a result and is not in here.
 */
export interface CatalogueEntry {
  readonly exit: number
  /** When it happens, for docs/errors.md. */
  readonly when: string
  readonly text: (details: never) => string
  readonly hint?: string
}

export const ERRORS = {
  // The command line.
  USAGE: {
    exit: 125,
    when: 'A flag is unknown, lacks its value, or has one that docker would refuse.',
    text: (e: { problem: string }) => e.problem,
    hint: "Run 'docker run --help' for more information.",
  },
  NO_IMAGE: {
    exit: 1,
    when: '`docker run` without an image.',
    text: () => "'docker run' requires at least 1 argument: the image",
    hint: "Run 'docker run --help' for more information.",
  },
  FLAG_REFUSED: {
    exit: 125,
    when: 'A flag of `docker run` that a Pod cannot honour, or that would weaken isolation.',
    text: (e: { flag: string; why: string }) =>
      `${e.flag} is not supported when running functions as Pods (${e.why})`,
    hint: 'docs/flags.md lists every flag and what becomes of it.',
  },
  COMMAND_REFUSED: {
    exit: 1,
    when: 'A docker subcommand that krmpod does not answer.',
    text: (e: { command: string; supported: string }) =>
      `'${e.command}' is not a docker command that krmpod answers: it knows ${e.supported}`,
    hint: 'krmpod runs functions; use a real docker for anything else.',
  },
  BAD_VALUE: {
    exit: 125,
    when: 'A value on the command line cannot be used: image reference, user, network, environment, size.',
    text: (e: { what: string; got: string; expected: string }) =>
      `invalid ${e.what} ${JSON.stringify(e.got)}: expected ${e.expected}`,
  },
  IMAGE_NOT_ALLOWED: {
    exit: 125,
    when: 'The setting `images.allow` has no rule for the image of a function, or of a mount.',
    text: (e: { image: string; rules: string }) =>
      `image ${JSON.stringify(e.image)} is not allowed: images.allow has ${e.rules}`,
    hint: 'Use an image that it allows, or have the rule added by whoever runs krmpod (docs/settings.md).',
  },
  MOUNT_NOT_ALLOWED: {
    exit: 125,
    when: 'A mount that the settings do not allow: a bind mount that the function could write to, or a volume that is not listed.',
    text: (e: { mount: string; why: string }) => `${e.mount} is not allowed: ${e.why}`,
    hint: 'The settings mounts.rw, mounts.allow and mounts.volumes say what may be mounted (docs/settings.md).',
  },
  ENV_FILE: {
    exit: 125,
    when: 'A file given with --env-file or --label-file cannot be read or has a line that docker would refuse.',
    text: (e: { file: string; problem: string }) => `cannot use ${e.file}: ${e.problem}`,
  },
  CIDFILE: {
    exit: 125,
    when: 'The file named by --cidfile exists already or cannot be written.',
    text: (e: { file: string; problem: string }) =>
      `cannot write the container ID to ${e.file}: ${e.problem}`,
  },

  // Settings and credentials.
  SETTINGS: {
    exit: 125,
    when: 'A settings file or a KRMPOD_* variable has an unknown key or a wrong value.',
    text: (e: { source: string; key: string; expected: string; got: string }) =>
      `${e.source}: ${e.key}: expected ${e.expected}, got ${e.got}`,
    hint: 'docs/settings.md lists every key.',
  },
  KUBECONFIG: {
    exit: 125,
    when: 'A kubeconfig cannot be read, or lacks the context, cluster or user it names.',
    text: (e: { problem: string }) => `cannot use the kubeconfig: ${e.problem}`,
    hint: 'Check KUBECONFIG, and KRMPOD_KUBECONFIG and KRMPOD_CONTEXT if you set them.',
  },
  NO_CREDENTIALS: {
    exit: 125,
    when: 'There is neither a kubeconfig nor a service account token in this Pod.',
    text: (e: { looked: string }) =>
      `no cluster to run Pods in: found no kubeconfig (${e.looked}) and no service account token`,
    hint: 'Point KUBECONFIG to a kubeconfig that exists, or mount a service account token into this Pod.',
  },
  SERVICE_ACCOUNT: {
    exit: 125,
    when: 'krmpod runs in a Pod whose service account token is mounted but cannot be read.',
    text: (e: { problem: string }) => `cannot use the service account of this Pod: ${e.problem}`,
    hint: "The token has to be readable by krmpod's user: securityContext.fsGroup makes it so.",
  },

  // The API server.
  API_UNREACHABLE: {
    exit: 125,
    when: 'The API server cannot be reached, or its certificate does not fit.',
    text: (e: { server: string; problem: string }) =>
      `cannot reach the Kubernetes API at ${e.server}: ${e.problem}`,
  },
  UNAUTHORIZED: {
    exit: 125,
    when: 'The API server does not accept the credentials (401).',
    text: (e: { server: string }) =>
      `the Kubernetes API at ${e.server} does not accept the credentials (401 Unauthorized)`,
    hint: 'The token or certificate may have expired.',
  },
  FORBIDDEN: {
    exit: 125,
    when: 'The credentials lack a right that the run needs (RBAC), or an admission plugin refuses the Pod.',
    text: (e: { verb: string; resource: string; namespace: string; message: string }) =>
      `not allowed to ${e.verb} ${e.resource} in namespace ${e.namespace}: ${e.message}`,
    hint: '`krmpod install rbac` prints the Roles that a run needs, and `krmpod doctor` says what is missing.',
  },
  GC_FORBIDDEN: {
    exit: 125,
    when: '`krmpod gc` lacks the right to list the Pods it should look at, or to delete them.',
    text: (e: { verb: string; where: string; message: string }) =>
      `not allowed to ${e.verb} pods in ${e.where}: ${e.message}`,
    hint: 'It needs list and delete on pods: `krmpod install rbac` for one namespace, a ClusterRole for --all-namespaces.',
  },
  NAMESPACE_NOT_FOUND: {
    exit: 125,
    when: 'The namespace to run in does not exist.',
    text: (e: { namespace: string }) => `namespace ${e.namespace} does not exist`,
    hint: 'Set KRMPOD_NAMESPACE, or create the namespace.',
  },
  API_REJECTED: {
    exit: 125,
    when: 'The API server refuses a request for good (400, 409, 422 …).',
    text: (e: { verb: string; resource: string; status: number; message: string }) =>
      `the API server refused to ${e.verb} ${e.resource} (${e.status}): ${e.message}`,
  },
  NETWORK_POLICY_MISSING: {
    exit: 125,
    when: '--network none, but the namespace has no deny-all NetworkPolicy and it may not be created.',
    text: (e: { namespace: string; policy: string; message: string }) =>
      `namespace ${e.namespace} has no NetworkPolicy ${e.policy} to keep functions off the network, and it cannot be created: ${e.message}`,
    hint: 'Let an administrator apply what `krmpod install rbac` prints for that namespace.',
  },
  NETWORK_NOT_ISOLATED: {
    exit: 125,
    when: '`network.enforcement` is `require`, and it is not shown that `--network none` leaves a function without a network.',
    text: (e: { why: string }) => `network.enforcement is require, and ${e.why}`,
    hint: 'An administrator shows it with `krmpod doctor --probe`, which says what is wrong and is remembered.',
  },

  // The Pod.
  IMAGE_PULL: {
    exit: 125,
    when: 'The image cannot be pulled (ErrImagePull, ImagePullBackOff, InvalidImageName, ErrImageNeverPull).',
    text: (e: { image: string; event: string }) => `cannot pull ${e.image}: ${e.event}`,
    hint: 'Check the name, and that the namespace has a pull secret for this registry (images.pullSecrets).',
  },
  CONTAINER_CONFIG: {
    exit: 125,
    when: 'The kubelet refuses to create the container (CreateContainerConfigError, CreateContainerError …).',
    text: (e: { reason: string; event: string }) =>
      `the container cannot be created (${e.reason}): ${e.event}`,
  },
  USER_NAMESPACE: {
    exit: 125,
    when: 'The setting `userNamespaces` is on, and the cluster or the node cannot give the Pod a user namespace.',
    text: (e: { problem: string }) => `the Pod cannot have a user namespace of its own: ${e.problem}`,
    hint: 'docs/settings.md says what userNamespaces needs; set KRMPOD_USER_NAMESPACES=off to do without.',
  },
  NOT_EXECUTABLE: {
    exit: 126,
    when: "The image's entrypoint cannot be executed.",
    text: (e: { message: string }) => `the entrypoint cannot be executed: ${e.message}`,
  },
  ENTRYPOINT_NOT_FOUND: {
    exit: 127,
    when: "The image's entrypoint does not exist.",
    text: (e: { message: string }) => `the entrypoint does not exist: ${e.message}`,
  },
  CANNOT_START: {
    exit: 125,
    when: 'The container runtime could not start the container.',
    text: (e: { message: string }) => `the container cannot be started: ${e.message}`,
  },
  DEADLINE: {
    exit: 125,
    when: 'The run did not end within its deadline, or within what its caller allows; the message says which, where the time went, and what was waited for.',
    text: (e: { limit: string; spent: string }) => `the run did not end within ${e.limit}: ${e.spent}`,
    hint: 'The settings deadline (KRMPOD_DEADLINE) and callerTimeout (KRMPOD_CALLER_TIMEOUT) are the limits; the lesser one counts.',
  },
  POD_LOST: {
    exit: 125,
    when: 'The Pod was evicted, deleted by someone else, or its node went away.',
    text: (e: { pod: string; why: string; disrupted?: boolean }) => `Pod ${e.pod} was lost: ${e.why}`,
  },
  MOUNT_SOURCE: {
    exit: 125,
    when: 'The source of a bind mount does not exist, may not be mounted, or cannot be read. The function was not started.',
    text: (e: { problem: string }) => `invalid mount config for type "bind": ${e.problem}`,
  },
  MOUNT_TOO_LARGE: {
    exit: 125,
    when: 'The sources of the bind mounts hold more than `mounts.maxBytes` or `mounts.maxFiles` allow. Nothing was made in the cluster.',
    text: (e: { problem: string }) => `the mounted folders hold ${e.problem}`,
    hint: 'Mount a smaller folder, or raise the limit.',
  },
  MOUNT_CHANGED: {
    exit: 125,
    when: 'A file below a bind mount was written to, replaced or removed by somebody else while it was sent, or while a function could write to it.',
    text: (e: { path: string }) => `${e.path} was changed by somebody else during the run`,
    hint: 'Nothing was printed, and none of the mounted files was touched. Run it again when nobody writes there.',
  },
  MOUNT_FAILED: {
    exit: 125,
    when: 'The files of the bind mounts did not all arrive in the Pod as they were sent.',
    text: (e: { problem: string; cut?: boolean }) => `the mounted files did not reach the Pod: ${e.problem}`,
    hint: 'The function was not started.',
  },
  MOUNT_RETURN: {
    exit: 125,
    when: 'What a function did to a bind mount with `rw: true` could not be brought back.',
    text: (e: { problem: string; cut?: boolean }) =>
      `the changes of the mounted files cannot be brought back: ${e.problem}`,
    hint: 'Nothing was printed.',
  },
  STREAM_CUT: {
    exit: 125,
    when: "The connection that carries the function's output broke before its end.",
    text: (e: { problem: string; neverAttached?: boolean }) =>
      `the stream of the function's output was cut: ${e.problem}`,
    hint: 'Nothing was printed, because what arrived may not be all. Run it again.',
  },
  UNPROVEN: {
    exit: 125,
    when: 'The function ended, but it could not be proven that all of its output arrived.',
    text: (e: { problem: string; early?: boolean }) =>
      `cannot prove that all of the function's output arrived: ${e.problem}`,
    hint: 'Nothing was printed, because what arrived may not be all.',
  },
  EXEC_UNAVAILABLE: {
    exit: 125,
    when: 'The exec lane was asked for (`lane: exec`), and cannot be used: no right to `pods/exec`, a server before 1.30, or an image whose entrypoint the registry does not tell.',
    text: (e: { problem: string; otherHelper?: boolean }) => `the exec lane cannot be used: ${e.problem}`,
    hint: 'KRMPOD_LANE=auto uses it only where it is needed and possible; docs/lanes.md says what it needs.',
  },
  PARKED_POD_LOST: {
    exit: 125,
    when: 'The Pod that was parked for such a run was taken by another one, has ended, or is not what krmpod would make. A fresh Pod takes its place, so this is seen only where there can be none.',
    text: (e: { pod: string; problem: string; isLasting?: boolean }) =>
      `parked Pod ${e.pod} cannot be used: ${e.problem}`,
  },
  CANNOT_PARK: {
    exit: 125,
    when: '`krmpod warm` was asked for a Pod that cannot wait for a run: standby.size is 0, images are always pulled, or the CNI closes a network only after a moment.',
    text: (e: { image: string; gapMs?: number }) =>
      `no Pod can be parked for ${e.image}${e.gapMs === undefined ? '' : `: a new Pod has a network for ${e.gapMs} ms here`}`,
    hint: 'Set standby.size to 1 or more, here and for the runs, and images.pullPolicy to IfNotPresent.',
  },
  OUTPUT_TOO_LARGE: {
    exit: 125,
    when: 'The function printed more than output.maxBytes.',
    text: (e: { maxBytes: number }) =>
      `the function printed more than ${e.maxBytes} bytes on stdout (output.maxBytes)`,
  },
  KUSTOMIZE: {
    exit: 127,
    when: '`krmpod build` found no kustomize on PATH; 126 where there is one that cannot be executed.',
    text: (e: { problem: string }) => `cannot run kustomize: ${e.problem}`,
    hint: 'Install kustomize (https://kubectl.docs.kubernetes.io/installation/kustomize/), or put its folder on PATH.',
  },
  BUILD_GONE: {
    exit: 125,
    when: 'The `krmpod build` that ran this function ended before it had handed the output over, and the function cannot be run again, because it has a network or may write to its mounts.',
    text: () => 'the krmpod build that ran the function is gone',
    hint: 'Nothing was printed. Run the build again.',
  },
  INTERRUPTED: {
    exit: 125,
    when: 'A signal, a broken stdout or a vanished caller ended the run; a signal gives 128 + its number.',
    text: (e: { by: string }) => `interrupted: ${e.by}`,
  },
  INTERNAL: {
    exit: 125,
    when: 'A fault in krmpod itself.',
    text: (e: { message: string }) => `unexpected error: ${e.message}`,
    hint: 'This is a bug in krmpod; please report it, with KRMPOD_LOG=debug output.',
  },
} satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof ERRORS

/** The values an error's text is made of. */
export type ErrorDetails<C extends ErrorCode> = Parameters<(typeof ERRORS)[C]['text']>[0]
