/** A command line that a real caller was seen to give to `docker`, and what krmpod makes of it. */
export type LiteralArgv =
  | { readonly name: string; readonly argv: readonly string[]; readonly outcome: 'runs' }
  | {
      readonly name: string
      readonly argv: readonly string[]
      readonly outcome: 'refused'
      readonly refusal: string
    }

export const IMAGE = 'ghcr.io/kptdev/krm-functions-catalog/set-labels:v0.2.0'

// kyaml v0.8.1 (kustomize 3.8.4) to v0.21.1 (5.8.1).
const KUSTOMIZE = 'run --rm -i -a STDIN -a STDOUT -a STDERR'
const NOBODY_OFFLINE = '--network none --user nobody --security-opt=no-new-privileges'
const DEFAULT_ENV = '-e LOG_TO_STDERR=true -e STRUCTURED_RESULTS=true'

export const LITERAL_ARGV: readonly LiteralArgv[] = [
  runs('kustomize: defaults', `${KUSTOMIZE} ${NOBODY_OFFLINE} ${DEFAULT_ENV} ${IMAGE}`),
  runs(
    'kustomize: network: true with --network',
    `${KUSTOMIZE} --network host --user nobody --security-opt=no-new-privileges ${DEFAULT_ENV} ${IMAGE}`,
  ),
  runs(
    'kustomize: --as-current-user',
    `${KUSTOMIZE} --network none --user 1000:1000 --security-opt=no-new-privileges ${DEFAULT_ENV} ${IMAGE}`,
  ),
  runs(
    'kustomize: --as-current-user, by root',
    `${KUSTOMIZE} --network none --user 0:0 --security-opt=no-new-privileges ${DEFAULT_ENV} ${IMAGE}`,
  ),
  runs(
    'kustomize: a bind mount',
    `${KUSTOMIZE} ${NOBODY_OFFLINE}
      --mount type=bind,source=/repo/base/files,target=/files,readonly ${DEFAULT_ENV} ${IMAGE}`,
  ),
  refused(
    'kustomize: a bind mount with rw: true',
    `${KUSTOMIZE} ${NOBODY_OFFLINE}
      --mount type=bind,source=/repo/base/files,target=/files ${DEFAULT_ENV} ${IMAGE}`,
    writable('type=bind,source=/repo/base/files,target=/files'),
  ),
  runs(
    'kustomize: envs: [NOSUCHVAR, EMPTY=, FOO=bar]',
    `${KUSTOMIZE} ${NOBODY_OFFLINE} -e EMPTY= -e FOO=bar ${DEFAULT_ENV} -e NOSUCHVAR ${IMAGE}`,
  ),
  refused(
    'kustomize: a mount without a type',
    `${KUSTOMIZE} ${NOBODY_OFFLINE}
      --mount type=,source=/repo/base/abs,target=/x,readonly ${DEFAULT_ENV} ${IMAGE}`,
    `invalid argument "type=,source=/repo/base/abs,target=/x,readonly" for "--mount" flag: invalid value for 'type': value is empty`,
  ),
  runs(
    'kustomize: a tmpfs with rw: true',
    `${KUSTOMIZE} ${NOBODY_OFFLINE}
      --mount type=tmpfs,source=/repo/base,target=/scratch ${DEFAULT_ENV} ${IMAGE}`,
  ),
  refused(
    'kustomize: everything at once',
    `${KUSTOMIZE} --network host --user 0:0 --security-opt=no-new-privileges
      --mount type=bind,source=/repo/base/files,target=/files,readonly
      --mount type=bind,source=/repo/base/files,target=/rw
      --mount type=tmpfs,source=/repo/base,target=/scratch,readonly
      --mount type=volume,source=/repo/base/myvol,target=/vol,readonly
      --mount type=bind,source=/repo/base/rel,target=/m,readonly --mount type=bind,source=/abs,target=/n
      -e A=1 -e FOO=imp ${DEFAULT_ENV} -e HOME -e PATH ${IMAGE}`,
    writable('type=bind,source=/repo/base/files,target=/rw'),
  ),
  runs(
    'kustomize 3.8.1: every variable of the caller by name, the default network',
    `${KUSTOMIZE} --network bridge --user nobody --security-opt=no-new-privileges
      -e HOME -e PATH -e NOSUCHVAR ${IMAGE}`,
  ),
  refused(
    'kustomize 3.8.1: --network-name',
    `${KUSTOMIZE} --network my-net --user nobody --security-opt=no-new-privileges -e HOME -e PATH ${IMAGE}`,
    unsupported('--network my-net', 'a Pod has no docker networks: use none or host'),
  ),
  refused(
    'kustomize 3.7.0: a mount',
    `${KUSTOMIZE} ${NOBODY_OFFLINE} --mount type=bind,src=/repo/base/files,dst=/files:ro -e HOME ${IMAGE}`,
    unsupported('a mount at /files:ro', "Kubernetes has no ':' in a mount path"),
  ),
  runs('kpt fn eval', `run --rm -i ${NOBODY_OFFLINE} --pull missing ${IMAGE}`),
  refused(
    'kpt fn eval: network, user, mounts, environment, pull policy',
    `run --rm -i --network host --user 0:0 --security-opt=no-new-privileges --pull always
      --mount type=bind,source=rel,target=/m,readonly --mount type=bind,source=/abs,target=/n
      -e A=1 -e HOME ${IMAGE}`,
    `invalid mount config for type "bind": invalid mount path: 'rel' mount path must be absolute`,
  ),
  runs(
    'kpt fn render --allow-network',
    `run --rm -i --network host --user nobody --security-opt=no-new-privileges --pull missing ${IMAGE}`,
  ),
  runs('kpt fn render --image-pull-policy never', `run --rm -i ${NOBODY_OFFLINE} --pull never ${IMAGE}`),
  runs('kpt fn doc', `run --rm -i ${IMAGE} --help`),
  runs('kpt fn doc, v1.0.0-beta.56', `run --rm ${IMAGE} --help`),
  runs('kpt fn eval, v1.0.0-beta.17', `${KUSTOMIZE} ${NOBODY_OFFLINE} --pull missing ${IMAGE}`),
  runs(
    'kpt fn eval --image-pull-policy always, v1.0.0-beta.15',
    `${KUSTOMIZE} ${NOBODY_OFFLINE} --pull pull ${IMAGE}`,
  ),
]

function runs(name: string, line: string): LiteralArgv {
  return { name, argv: line.split(/\s+/), outcome: 'runs' }
}

function refused(name: string, line: string, refusal: string): LiteralArgv {
  return { name, argv: line.split(/\s+/), outcome: 'refused', refusal }
}

function unsupported(flag: string, why: string): string {
  return `${flag} is not supported when running functions as Pods (${why})`
}

function writable(mount: string): string {
  return `--mount "${mount}" is not allowed: the function could write to it, and mounts.rw is off: mount it read-only, or set KRMPOD_MOUNTS_RW=on`
}
