# An engine of our own, from nothing or from what a hard stop left: it always starts empty, so there is nothing to repair.

own_up() {
  require_linux_root
  take_lock
  unpack_programs
  if engine_runs && engine_is_ready; then
    say "the engine is up"
    return
  fi
  clear_away
  mkdir -p "$state"
  start_engine
  wait_until_ready
  say "the engine is up: $(own_version)"
}

own_down() {
  require_linux_root
  take_lock
  clear_away
  say "the engine is down"
}

own_status() {
  if ! engine_runs || ! engine_is_ready; then
    echo "an engine of our own: down"
    exit 3
  fi
  echo "an engine of our own: up"
  printf '  %-8s %s\n' version "$(own_version)" socket "$socket" client "$client" pid "$(<"$pid_file")" log "$log"
}

own_env() {
  engine_runs || die "the engine is not up; run: scripts/docker-engine up"
  print_env "unix://$socket" "$client"
}

own_version() { DOCKER_HOST=unix://$socket "$client" version --format '{{.Server.Version}}'; }

clear_away() {
  stop_engine
  remove_cgroups
  rm -rf --one-file-system "$state"
}
