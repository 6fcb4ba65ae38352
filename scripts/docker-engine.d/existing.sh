# An engine that answers: it is somebody's, so it is used and left alone. Its client is the first docker on the PATH that
# can talk to it, which krmpod cannot.

existing_up() {
  existing_client >/dev/null
  say "a Docker engine answers: $(existing_host)"
}

existing_down() { say "the Docker engine at $(existing_host) is not ours; nothing to do"; }

existing_status() {
  echo "a Docker engine that is not ours: up"
  printf '  %-8s %s\n' socket "$(existing_host)" client "$(existing_client)"
}

existing_env() {
  local client
  client=$(existing_client) || exit 1
  print_env "$(existing_host)" "$client"
}

existing_host() { echo "${DOCKER_HOST:-unix:///var/run/docker.sock}"; }

existing_client() {
  local docker
  for docker in $(type -ap docker); do
    "$docker" info >/dev/null 2>&1 || continue
    echo "$docker"
    return
  done
  die "a Docker engine answers at $(existing_host), but there is no docker command on the PATH that can talk to it"
}
