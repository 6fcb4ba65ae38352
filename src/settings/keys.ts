import { nodeLabels, podAnnotations, podLabels, tolerationList } from './scheduling-types.ts'
import {
  anyText,
  count,
  duration,
  durationOr,
  envPatterns,
  folders,
  imageName,
  imageRules,
  mirrors,
  namesOf,
  namespaceName,
  objectName,
  oneOf,
  path,
  pathOrMapping,
  quantity,
  rewrites,
  sizeInBytes,
  sizeInBytesOr,
  trueOrFalse,
  userId,
  type ValueType,
  zeroOrMore,
} from './value-types.ts'

export interface SettingRow {
  readonly type: ValueType<unknown>
  /** As it would be written; absent: nothing is set. */
  readonly default?: string | boolean | readonly string[] | Readonly<Record<string, string>>
  /** For docs/settings.md. */
  readonly description: string
  readonly example: string
}

/** Every key: messages, docs/settings.md and the names of the variables come from these rows. */
export const SETTINGS = {
  namespace: {
    type: namespaceName,
    description:
      "Where the Pods run. Not set: the namespace of the kubeconfig's context, else the one krmpod's own Pod is in, else `default`.",
    example: 'functions',
  },
  context: {
    type: anyText,
    description: 'Which context of the kubeconfig to use, instead of its current one.',
    example: 'staging',
  },
  kubeconfig: {
    type: path,
    description:
      'The kubeconfig to use, instead of those in `KUBECONFIG` or `~/.kube/config`. It has to exist. In a settings file, a relative path starts at the folder of that file.',
    example: '/etc/krmpod/kubeconfig',
  },
  'credentials.cache': {
    type: oneOf('on', 'off'),
    default: 'on',
    description:
      "Keep the credential of a kubeconfig's exec plugin (`aws eks get-token` and the like) until it expires, in a file only you can read below `$XDG_CACHE_HOME/krmpod` (`~/.cache/krmpod`), so that not every function waits for the plugin.",
    example: 'off',
  },
  deadline: {
    type: duration,
    default: '10m',
    description:
      'How long one run may take, from its start to the exit code. No container runs longer. What the caller allows (`callerTimeout`) can only lower it.',
    example: '1h30m',
  },
  callerTimeout: {
    type: durationOr('auto', 'off'),
    default: 'auto',
    description:
      'After how long the caller kills krmpod, which cannot clean up then; so a run ends by itself a little earlier. `auto`: 5 minutes for each function when kpt calls; under Argo CD (`ARGOCD_APP_NAME` or `ARGOCD_EXEC_TIMEOUT` is set) `ARGOCD_EXEC_TIMEOUT` or 90 s for a build of its own and 60 s for a plugin, counted from the start of the build. A duration: for callers whose limit was changed, or is not known; counted from the start of kustomize where that is the caller, else from the start of the run.',
    example: '3m',
  },
  sweep: {
    type: oneOf('auto', 'off'),
    default: 'auto',
    description:
      'Remove expired Pods of runs that were killed, at times, while a run waits for its own Pod: `krmpod gc` in passing. Needs the right to list Pods; without it, nothing happens.',
    example: 'off',
  },
  readOnlyRoot: {
    type: trueOrFalse,
    default: false,
    description:
      "Mount the image's root file system read-only, with a writable volume at `/tmp`, which is `HOME`, too, unless the caller sets it. Slower to start, and some functions expect to write.",
    example: 'true',
  },
  'user.nobody': {
    type: userId,
    default: '65534:65534',
    description:
      'Who `--user nobody` is, and who functions run as when no user is given. `namespace`: set none, for OpenShift, which picks one.',
    example: 'namespace',
  },
  'resources.requests.cpu': {
    type: quantity,
    default: '10m',
    description: 'CPU that the scheduler reserves for a function.',
    example: '100m',
  },
  'resources.requests.memory': {
    type: quantity,
    default: '64Mi',
    description: 'Memory that the scheduler reserves for a function.',
    example: '256Mi',
  },
  'resources.requests.ephemeralStorage': {
    type: quantity,
    default: '64Mi',
    description: 'Disk space that the scheduler reserves for a function.',
    example: '1Gi',
  },
  'resources.limits.cpu': {
    type: quantity,
    description: 'The most CPU a function gets. Not set: what the node has free.',
    example: '2',
  },
  'resources.limits.memory': {
    type: quantity,
    default: '1Gi',
    description: 'The most memory a function may use before it is killed.',
    example: '4Gi',
  },
  'resources.limits.ephemeralStorage': {
    type: quantity,
    default: '1Gi',
    description:
      'The most disk space a function may fill before its Pod is evicted. What the node keeps of its log counts, too: up to five files, each of what was said within ten seconds or 10 MiB, whichever is more.',
    example: '10Gi',
  },
  'images.pullSecrets': {
    type: namesOf('Secrets'),
    default: [],
    description: 'Secrets of the namespace that hold the passwords of private registries.',
    example: 'ghcr-pull,quay-pull',
  },
  'images.pullSecretFrom': {
    type: oneOf('dockerConfig', 'off'),
    default: 'off',
    description:
      "`dockerConfig`: for each run, make a pull secret of the caller's own login for the images of the run, as docker would find it (`$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, credential helpers included). It holds nothing else, belongs to the Pod and goes with it. Whoever may read Secrets in the namespace can read it meanwhile. Needs the right to patch Pods: a Pod is held back from the nodes until its Secret is there.",
    example: 'dockerConfig',
  },
  'images.recordDigest': {
    type: oneOf('on', 'off'),
    default: 'off',
    description:
      'Write the digest of the image that a node ran on the Pod, as annotation `krmpod.dev/image-digest` beside `krmpod.dev/image`, before the Pod goes: for audit logs. A request more for each run. Needs the rights of `krmpod install rbac --with audit`.',
    example: 'on',
  },
  'images.pullPolicy': {
    type: oneOf('Always', 'IfNotPresent', 'Never'),
    default: 'IfNotPresent',
    description:
      'When the nodes pull the image of a function that was called without `--pull`, and the images that it mounts.',
    example: 'Always',
  },
  'images.allow': {
    type: imageRules,
    description:
      "The images that functions, and image mounts, may use. Not set: all. A rule is a name with or without a tag or a digest, in which `*` stands for any characters but a slash and `**` for any: `ghcr.io/acme/**`, `alpine`, `registry.example.com/*/set-*:v1.*`, `*/acme/fn` (of any registry), `**@sha256:*` (all that are named by a digest). Names without a registry are Docker Hub's, as docker reads them, and are pulled by their whole names. A digest alone decides what runs: a rule with a tag allows no name with a digest. What `images.rewrite` makes of a name is not looked at.",
    example: 'ghcr.io/acme/**,ghcr.io/kptdev/krm-functions-catalog/*:v*',
  },
  'images.rewrite': {
    type: rewrites,
    default: [],
    description:
      'Pull images from elsewhere than their names say: `FROM=TO` replaces the beginning of a name, up to a slash or its end; the longest that fits counts. `docker.io` stands in front of names without a registry, and `docker.io/library` of those without a slash. `helper.image` is rewritten, too.',
    example: 'ghcr.io=mirror.example.com/ghcr,docker.io=mirror.example.com/hub',
  },
  'env.allow': {
    type: envPatterns,
    description:
      "The variables of krmpod's own environment that a function may ask for by name (`-e NAME`, `envs:` of kustomize). Not set: all, as docker does. `*` stands for any characters but a slash. One that is not listed is not passed on, and a warning says so.",
    example: 'HTTPS_PROXY,NO_PROXY,APP_*',
  },
  'network.enforcement': {
    type: oneOf('warn', 'require', 'off'),
    default: 'warn',
    description:
      'How sure it has to be that `--network none` is none. `warn`: a NetworkPolicy that denies all is there; a warning says so where another policy opens it again, or `krmpod doctor --probe` has found that it is not enforced. `require`: what that probe has shown, and a run is refused without. `off`: policies are not looked at, and none is made.',
    example: 'require',
  },
  'network.proofMaxAge': {
    type: duration,
    default: '168h',
    description: 'How long what `krmpod doctor --probe` has shown counts for `network.enforcement: require`.',
    example: '24h',
  },
  userNamespaces: {
    type: oneOf('on', 'off'),
    default: 'off',
    description:
      '`on`: functions run in a user namespace of their own (`hostUsers: false`), so that root in a container, or whoever breaks out of one, is nobody on the node. Needs Kubernetes 1.33 (1.30 with its feature gate), containerd 2.0 or CRI-O 1.25, runc 1.2 or crun 1.9, and Linux 6.3; a run fails where the node has not got them.',
    example: 'on',
  },
  serviceAccount: {
    type: objectName('ServiceAccount'),
    description:
      "The ServiceAccount of the functions' Pods. Its token is never mounted; what counts are its pull secrets, and what admission makes of it. Not set: the namespace's `default`.",
    example: 'krmpod-function',
  },
  nodeSelector: {
    type: nodeLabels,
    default: {},
    description: 'Labels that a node must have to run functions. `--platform` adds its own.',
    example: 'pool=functions',
  },
  tolerations: {
    type: tolerationList,
    default: [],
    description:
      "Taints that do not keep functions from a node: mappings as in a Pod's spec, or `KEY[=VALUE][:EFFECT]`, as `kubectl taint` writes them.",
    example: 'dedicated=functions:NoSchedule',
  },
  labels: {
    type: podLabels,
    default: {},
    description:
      'More labels of the Pods. Some networks make an identity of each set of labels: let them be the same for all runs.',
    example: 'team=platform',
  },
  annotations: {
    type: podAnnotations,
    default: {},
    description:
      "More annotations of the Pods. Those of docker's `--label` and `--annotation` replace them; those that keep log agents and meshes away from functions stay.",
    example: 'example.com/cost-centre=42',
  },
  podTemplate: {
    type: pathOrMapping,
    description:
      "More of what the Pods should be, as a PodTemplate or its `metadata` and `spec`: a YAML file, or in a settings file the mapping itself. It may have: labels and annotations; `nodeSelector`, `tolerations`, `affinity`, `topologySpreadConstraints`, `runtimeClassName`, `schedulerName`, `overhead`, `imagePullSecrets`, `hostUsers: false`; `dnsPolicy` and `dnsConfig`, which count for functions with a network only; a stricter `securityContext`; and of a container named `function` its `resources` and a stricter `securityContext`. Any other field is an error, for krmpod decides it. Labels, selectors, tolerations and pull secrets are added to those of the settings, which win; of resources, settings and docker's flags win.",
    example: '/etc/krmpod/pod-template.yaml',
  },
  'mounts.rw': {
    type: oneOf('on', 'off'),
    default: 'off',
    description:
      'Whether a function may get a bind mount that it can write to: `rw: true` of kustomize and kpt, and every bind mount of `docker run` without `readonly` or `:ro`.',
    example: 'on',
  },
  'mounts.allow': {
    type: folders,
    description:
      "The folders that bind mounts may come from, symbolic links followed. Not set: all that krmpod can read, as docker's default is. An empty list in a settings file: none.",
    example: '/work,/srv/repos',
  },
  'mounts.volumes': {
    type: namesOf('PersistentVolumeClaims'),
    default: [],
    description:
      "The PersistentVolumeClaims of the namespace that a function may mount by name (`type=volume,source=NAME`, `-v NAME:/folder`). What is in them is not the caller's alone: name those that every function may see and, unless it asks for them read-only, write.",
    example: 'schemas,cache',
  },
  'mounts.maxBytes': {
    type: sizeInBytes,
    default: '4Gi',
    description:
      'The most that the bind mounts of one run may hold together. What a function may write to has to be given back, too: a minute, and a second for each 10 MiB.',
    example: '256Mi',
  },
  'mounts.maxFiles': {
    type: count,
    default: '100000',
    description: 'The most files and folders that the bind mounts of one run may hold together.',
    example: '5000',
  },
  lane: {
    type: oneOf('auto', 'attach', 'exec'),
    default: 'auto',
    description:
      'How a function is spoken to. `attach`: it is the main process of its Pod. `exec`: it is started in its Pod by exec, so that nothing it says before its stdin can be lost, and nothing is written to the log of the node; needs `pods/exec`, Kubernetes 1.30, and the entrypoint of the image from its registry. `auto`: attach, and exec for images that are known to speak early.',
    example: 'exec',
  },
  logs: {
    type: oneOf('node', 'none'),
    default: 'node',
    description:
      "Whether what a function prints may be in the container log of its node, where log agents and people with `pods/log` find it. `none`: every run uses the exec lane, whatever `lane` says, and fails where that cannot be used; nor can a function change the caller's files then, which come back through a log. Annotations tell log agents to leave the Pods alone in both cases.",
    example: 'none',
  },
  'helper.image': {
    type: imageName,
    default: 'busybox:musl',
    description:
      'The image with a static `/bin/busybox` that helps in Pods of the exec lane, and takes the files of bind mounts there. Pulled by the nodes, as functions are.',
    example: 'registry.example.com/library/busybox:1.37-musl',
  },
  'registry.mirrors': {
    type: mirrors,
    default: [],
    description:
      'Where krmpod itself asks for the entrypoint of an image, when that is not the registry in its name: `REGISTRY=URL`, or `*=URL` for all others, as in the `hosts.toml` of containerd. Only for the exec lane; it does not change what the nodes pull.',
    example: 'docker.io=https://mirror.example.com,ghcr.io=http://10.0.0.5:5000',
  },
  nudge: {
    type: oneOf('auto', 'off'),
    default: 'auto',
    description:
      'Ask the node to look at a finished function at once (by a resize of its CPU request), which brings the exit code up to a second sooner. `auto`: where the cluster allows it.',
    example: 'off',
  },
  'standby.size': {
    type: zeroOrMore,
    default: '0',
    description:
      'How many Pods may be parked for each function: after a run, one is started for the next run of the same function with the same image, environment, user and settings, and waits for its stdin. Each is used once. Only for `--network none`, and for functions without files or secrets of the caller. A parked Pod takes what a function requests. Needs the rights of `krmpod install rbac --with standby`.',
    example: '1',
  },
  'standby.ttl': {
    type: duration,
    default: '10m',
    description: 'How long a parked Pod may be used.',
    example: '1h',
  },
  proof: {
    type: oneOf('on', 'off'),
    default: 'on',
    description:
      "Compare the output with the container's log before anything is printed. `off`: print what arrived, unproven; only where `pods/log` cannot be allowed.",
    example: 'off',
  },
  'output.maxBytes': {
    type: sizeInBytes,
    default: '1Gi',
    description: 'The most a function may print on stdout before the run is given up.',
    example: '64Mi',
  },
  'stderr.maxBytes': {
    type: sizeInBytes,
    default: '64Mi',
    description:
      'The most of what a function says on stderr that is passed on; the rest is dropped, and one line says so.',
    example: '1Mi',
  },
  'cache.maxBytes': {
    type: sizeInBytesOr('off'),
    default: 'off',
    description:
      'How much disk the results of functions may take, so that the same function with the same input is answered without the cluster; what was not used for the longest time goes first. Only for functions without a network whose image is named by its digest ([cache.md](cache.md)). They are kept below `$XDG_CACHE_HOME/krmpod` (`~/.cache/krmpod`), in files only you can read. `off`: nothing is kept, and nothing looked for.',
    example: '256Mi',
  },
  'build.ahead': {
    type: zeroOrMore,
    default: '8',
    description:
      'How many functions `krmpod build` may have started before kustomize asks for them. 0: none.',
    example: '3',
  },
  log: {
    type: oneOf('off', 'debug'),
    default: 'off',
    description: '`debug`: say on stderr what is done, step by step.',
    example: 'debug',
  },
} as const satisfies Readonly<Record<string, SettingRow>>

export type SettingKey = keyof typeof SETTINGS

export const SETTING_KEYS: readonly SettingKey[] = Object.keys(SETTINGS) as SettingKey[]

/** `output.maxBytes` is `KRMPOD_OUTPUT_MAX_BYTES`. */
export function variableOf(key: SettingKey): string {
  return `KRMPOD_${key.replaceAll('.', '_').replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key)
}
