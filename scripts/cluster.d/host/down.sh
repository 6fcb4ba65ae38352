# Stops what this instance started and removes what it left; the programs stay.

host_down() {
  require_linux_root
  take_lock "$run.lock"
  if [[ ! -e $run && ! -e $state ]]; then
    say "'$name' is not up"
    return
  fi
  claim
  clear_away
  say "'$name' is down"
}

clear_away() {
  stop_daemon kubelet # else it starts the pods anew
  stop_all_daemons
  stop_processes
  remove_mounts
  remove_shim_sockets
  remove_network
  remove_cgroups
  find /var/log/containers -lname "$log/*" -delete 2>/dev/null || true
  rm -rf --one-file-system "$run" "$state"
}

# The pods' processes, the shims above them, and daemons whose pid file is lost.
stop_processes() {
  local end=$((SECONDS + 10)) pids
  while pids=$(pod_processes; marked_processes); [[ $pids ]]; do
    ((SECONDS < end)) || die "these processes do not end: ${pids//$'\n'/ }"
    # shellcheck disable=SC2086 # words
    kill -9 $pids 2>/dev/null || true
    sleep 0.05
  done
}

marked_processes() { grep -lsz "^KRMPOD_CLUSTER_DAEMON=$id/" /proc/[0-9]*/environ | cut -d/ -f3; }

# Deepest first.
remove_mounts() {
  local mount
  while read -r mount; do umount -l "$mount"; done < <(mounts | sort -r)
  [[ ! $(mounts) ]] || die "still mounted: $(mounts | head -n 1)"
}

mounts() { awk -v run="$run/" -v state="$state/" 'index($2, run) == 1 || index($2, state) == 1 { print $2 }' /proc/self/mounts; }

# Shims listen under /run/containerd, whatever the state directory.
remove_shim_sockets() {
  grep -ohsE '/run/containerd/s/[0-9a-f]+' "$run"/containerd/io.containerd.runtime.v2.task/k8s.io/*/bootstrap.json | xargs -r rm -f || true
}
