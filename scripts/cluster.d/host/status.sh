# What this instance is and how its daemons are. Exit 0 if it is up, 3 if it is not.

expected_daemons() {
  local daemon
  for daemon in $daemons; do
    [[ $daemon == felix && $(cat "$state/cni" 2>/dev/null) != calico ]] || echo "$daemon"
  done
}

daemons_all_run() {
  local daemon
  for daemon in $(expected_daemons); do daemon_runs "$daemon" || return; done
}

host_status() {
  local daemon verdict=down ready='' api_port=- registry_port=-
  if daemons_all_run; then
    ready=$(kubectl_ get --raw /readyz 2>/dev/null) || true
    verdict=$([[ $ready == ok ]] && echo up || echo 'down (the API server is not ready)')
  fi
  echo "'$name' is a cluster on this host: $verdict"
  if [[ -e $state/ports ]]; then
    read -r api_port registry_port <"$state/ports"
    cni=$(cat "$state/cni" 2>/dev/null) || cni=-
    gates=$(grep . "$state/gates" 2>/dev/null) || gates=none
    [[ $cni != calico ]] || cni="calico ${CALICO_VERSION#v}"
    printf '  %-24s %s\n' kubernetes "${KUBERNETES_VERSION#v}" containerd "${CONTAINERD_VERSION#v}" cni "$cni" 'feature gates' "$gates" \
      'API server' "https://127.0.0.1:$api_port" registry "127.0.0.1:$registry_port" kubeconfig "$kubeconfig" logs "$log"
    for daemon in $(expected_daemons); do
      printf '  %-24s %s\n' "$daemon" "$(daemon_runs "$daemon" && echo "running, pid $(<"$run/$daemon.pid")" || echo 'not running')"
    done
  fi
  [[ $verdict == up ]] || exit 3
}
