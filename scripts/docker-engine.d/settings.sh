# Where things are and what was asked for.

readonly usage='usage: scripts/docker-engine up|down|status|env
  up      makes the engine, empty; at once if it is there
  down    removes it and all that it holds; the unpacked programs stay
  status  says what it is; exit 3 if it is not up
  env     prints exports for a shell: KRMPOD_ENGINE_HOST, and KRMPOD_ENGINE_CLIENT, which is the docker that belongs to it
DOCKER_HOST=unix://… names an engine to use instead, if it answers; so does /var/run/docker.sock. Such a one is left running.'

read_settings() {
  verb=${1-}
  case $verb in
    up | down | status | env) (($# == 1)) || usage_error "'$verb' takes no arguments" ;;
    -h | --help | help)
      echo "$usage"
      exit 0
      ;;
    *) usage_error "expected a command" ;;
  esac
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/krmpod/engine
  [[ $cache =~ ^/[^[:space:]]+$ ]] || die "the cache directory must be absolute and without spaces, got '$cache' (XDG_CACHE_HOME)"
  programs=$cache/programs state=$cache/state
  client=$programs/usr/bin/docker socket=$state/docker.sock pid_file=$cache/pid log=$cache/log
  cgroup=krmpod.engine # no cluster of scripts/cluster can have that name
}

usage_error() {
  printf 'scripts/docker-engine: %s\n%s\n' "$1" "${usage%%$'\n'*}" >&2
  exit 2
}

require_linux_root() {
  [[ $(uname -s) == Linux ]] && ((EUID == 0)) ||
    die "an engine of our own needs Linux and root. Start Docker, or name an engine that answers in DOCKER_HOST (unix://…)"
}

# One at a time; a second one waits for the first.
take_lock() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
}

print_env() { # HOST CLIENT
  printf 'export %s=%q\n' KRMPOD_ENGINE_HOST "$1" KRMPOD_ENGINE_CLIENT "$2"
}
