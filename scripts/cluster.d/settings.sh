# Where things are and what was asked for. Everything below is decided once, here.

readonly usage='usage: scripts/cluster up|down|status|env|forget IMAGE... [--name NAME] [--cni calico|bridge] [--gates A=false,B=true]
  up      makes the cluster, or repairs it; at once if it is there
  down    removes it; the built programs stay
  status  says what it is; exit 3 if it is not up
  env     prints exports for a shell: KUBECONFIG, KRMPOD_TEST_REGISTRY, KRMPOD_TEST_IMAGE_PREFIX,
          KRMPOD_REGISTRY_MIRRORS, KRMPOD_CLUSTER_NAME, PATH
  forget  makes the nodes pull these images anew: a tag of theirs has moved
  --name  (or KRMPOD_CLUSTER_NAME) another cluster beside the usual one
  --cni   (or CNI) calico enforces NetworkPolicy, bridge does not; chosen at the first up, calico unless said
  --gates (or KRMPOD_CLUSTER_GATES) feature gates of the API server and the kubelet; an up without them sets them back
KRMPOD_E2E_CONTEXT=NAME uses an existing cluster, KRMPOD_E2E_KIND=1 a kind cluster if a Docker engine answers.'

read_settings() {
  images=()
  verb=${1-} name=${KRMPOD_CLUSTER_NAME:-krmpod} cni=${CNI-} gates=${KRMPOD_CLUSTER_GATES-}
  case $verb in
    up | down | status | env | forget) shift ;;
    -h | --help | help)
      echo "$usage"
      exit 0
      ;;
    *) usage_error "expected a command" ;;
  esac
  while (($#)); do
    case $1 in
      --name | --cni | --gates)
        (($# > 1)) || usage_error "$1 needs a value"
        set -- "$1=$2" "${@:3}"
        ;;
      --name=*) name=${1#*=} && shift ;;
      --cni=*) cni=${1#*=} && shift ;;
      --gates=*) gates=${1#*=} && shift ;;
      */*:*) [[ $verb == forget ]] || usage_error "unknown argument '$1'" && images+=("$1") && shift ;;
      *) usage_error "unknown argument '$1'" ;;
    esac
  done
  [[ $name =~ ^[a-z][a-z0-9-]{0,19}$ ]] || usage_error "--name takes a-z, 0-9 and -, at most 20 characters, got '$name'"
  [[ $name != bin && $name != libexec ]] || usage_error "--name cannot be '$name'"
  [[ $cni =~ ^(|calico|bridge)$ ]] || usage_error "--cni takes calico or bridge, got '$cni'"
  [[ $gates =~ ^(|[A-Za-z0-9]+=(true|false)(,[A-Za-z0-9]+=(true|false))*)$ ]] || usage_error "--gates takes A=true,B=false, got '$gates'"
}

usage_error() {
  printf 'scripts/cluster: %s\n%s\n' "$1" "${usage%%$'\n'*}" >&2
  exit 2
}

# One set of programs for all checkouts and all instances; one directory of state per instance and kind of cluster.
set_paths() { # host|kind|context
  kind=$1
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/krmpod/cluster
  [[ $cache =~ ^/[^[:space:]]+$ ]] || die "the cache directory must be absolute and without spaces, got '$cache' (XDG_CACHE_HOME)"
  bin=$cache/bin libexec=$cache/libexec build_dir=$cache/.build
  state=$cache/$name
  [[ $kind == host ]] || state+=.$kind
  kubeconfig=$state/kubeconfig
  id=krmpod # what the machine and the cluster call it: network namespace, cgroup, node, context
  [[ $name == krmpod ]] || id+=-$name
  [[ $kind != host ]] || set_host_paths
  PATH=$bin:$libexec:$PATH:/usr/sbin:/sbin
}

# kubectl with our kubeconfig, whatever KUBECONFIG says; nothing is written to the person's ~/.kube.
kubectl_() { "$bin/kubectl" --kubeconfig="$kubeconfig" --cache-dir="$cache/.kubectl" "$@"; }

# At most one `up` or `down` at a time; a second one waits for the first.
take_lock() { # FILE
  mkdir -p "$(dirname "$1")"
  exec 9>"$1"
  flock -n 9 && return
  say "waiting for another scripts/cluster to finish with '$name'"
  flock 9
}

print_env() { # REGISTRY IMAGE_PREFIX [mirrored]
  printf 'export %s=%q\n' KRMPOD_CLUSTER_NAME "$name" KUBECONFIG "$kubeconfig" \
    KRMPOD_TEST_REGISTRY "$1" KRMPOD_TEST_IMAGE_PREFIX "$2"
  # Nodes pull every image from this registry, whatever its name says: krmpod has to look there, too.
  [[ ${3-} != mirrored ]] || printf 'export KRMPOD_REGISTRY_MIRRORS=%q\n' "*=http://$1"
  # shellcheck disable=SC2016 # $PATH is the reader's
  printf 'export PATH=%q:"$PATH"\n' "$bin"
}
