# Processes of this instance: started so that they outlive the terminal, found again and stopped by what they are.
#
# Each carries KRMPOD_CLUSTER_DAEMON=<instance>/<daemon> in its environment, and so do its children (socat's, containerd's
# shims). A pid in a file proves nothing: after a hard stop it may be another's.

readonly daemons='etcd registry containerd kube-apiserver relay-api-inner relay-api relay-registry
  kube-controller-manager kube-scheduler kube-proxy kubelet felix'

# daemon NAME [FILE...] -- [VARIABLE=VALUE...] COMMAND...: sees to it that NAME runs as just this command, on the node's
# network. If it runs otherwise, or one of the files that it read at its start has changed since, it is started anew.
daemon() { run_daemon "$netns" "$@"; }

# The same on the host's network.
host_daemon() { run_daemon /proc/self/ns/net "$@"; }

run_daemon() {
  local net=$1 name=$2 files=() program wish
  shift 2
  while [[ $1 != -- ]]; do
    files+=("$1")
    shift
  done
  shift
  for program; do [[ $program == *=* ]] || break; done
  wish=$(
    printf '%s\n' "$@"
    stat -Lc %i "$net"
    stat -Lc %i.%Y "$(command -v "$program")"
    cat "${files[@]}" /dev/null | sha256sum
  )
  if daemon_runs "$name"; then
    [[ $wish != "$(cat "$run/$name.wish" 2>/dev/null)" ]] || return 0
    stop_daemon "$name"
  fi
  spawn "$net" "$name" "$@" &
  echo $! >"$run/$name.pid"
  printf '%s\n' "$wish" >"$run/$name.wish"
  while kill -0 $! 2>/dev/null && ! daemon_runs "$name"; do sleep 0.01; done # until it has become what it shall be
}

# A clean environment (no proxies), and none of the caller's open files: whoever waits for their end would wait for ever.
# nsenter and not `ip netns exec`, which mounts /sys anew and loses the cgroups.
spawn() {
  local net=$1 name=$2 fd
  shift 2
  exec >>"$log/$name.log" 2>&1 </dev/null
  cd /
  for fd in /proc/"$BASHPID"/fd/*; do
    fd=${fd##*/}
    ((fd < 3)) || eval "exec $fd>&-"
  done
  exec setsid env -i PATH="$PATH" HOME=/root KRMPOD_CLUSTER_DAEMON="$id/$name" nsenter --net="$net" -- env "$@"
}

# A zombie's environment reads empty.
daemon_runs() { [[ -e $run/$1.pid ]] && is_ours "$(<"$run/$1.pid")" "$1"; }

is_ours() { grep -qsxzF "KRMPOD_CLUSTER_DAEMON=$id/$2" "/proc/$1/environ"; }

# SIGKILL: the API server takes about 60 s to end on SIGTERM, and an instance must bear a hard stop anyway.
stop_daemon() {
  local pid
  if daemon_runs "$1"; then
    pid=$(<"$run/$1.pid")
    kill -9 "$pid" 2>/dev/null || true
    until has_ended "$pid"; do sleep 0.05; done
  fi
  rm -f "$run/$1".{pid,wish}
}

# A process that ends loses its environment first, and its ports only with its last thread.
has_ended() {
  local state threads
  state=$(awk '$1 == "State:" { print $2 }' "/proc/$1/status" 2>/dev/null) || return 0
  threads=$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)
  [[ ! $state || ($state == Z && $threads -le 1) ]]
}

stop_all_daemons() {
  local name
  for name in $daemons; do stop_daemon "$name"; done
}

# Pid files that a hard stop left.
forget_ended_daemons() {
  local name
  for name in $daemons; do daemon_runs "$name" || rm -f "$run/$name".{pid,wish}; done
}

# All that were started since still run?
require_daemons() {
  local name
  for name in $daemons; do
    [[ -e $run/$name.pid ]] || continue
    ! daemon_runs "$name" || continue
    printf 'scripts/cluster: %s ended by itself. The end of %s:\n' "$name" "$log/$name.log" >&2
    tail -n 10 "$log/$name.log" >&2
    exit 1
  done
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds; not longer than the daemons live.
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    require_daemons
    ((SECONDS < end)) || die "$what: not there in time. Logs: $log"
    sleep 0.1
  done
}

on_node() { nsenter --net="$netns" -- "$@"; }

# answers PORT PATH: does a daemon's plain HTTP health check on the node's loopback say 200?
answers() {
  # shellcheck disable=SC2016 # the inner bash's
  on_node bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3 && grep -q "^HTTP/1.. 200 " <&3' - "$@" 2>/dev/null
}
