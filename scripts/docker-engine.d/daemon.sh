# The one process that holds the engine: it is outside, all others are in its namespaces and end with it.

# A clean environment (no proxies), and none of the caller's open files: whoever waits for their end would wait for ever.
start_engine() {
  (
    exec >"$log" 2>&1 </dev/null
    cd /
    for fd in /proc/"$BASHPID"/fd/*; do
      fd=${fd##*/}
      ((fd < 3)) || eval "exec $fd>&-"
    done
    exec setsid env -i PATH="$programs/usr/bin:$programs/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$state" KRMPOD_ENGINE="$state" \
      unshare --mount --net --pid --fork --kill-child --mount-proc "$parts/inside" "$state" "$cgroup"
  ) &
  echo $! >"$pid_file"
  while kill -0 $! 2>/dev/null && ! engine_runs; do sleep 0.01; done # until it has become what it shall be
}

# A pid in a file proves nothing: after a hard stop it may be another's. A zombie's environment reads empty.
engine_runs() {
  [[ -e $pid_file ]] && grep -qsxzF "KRMPOD_ENGINE=$state" "/proc/$(<"$pid_file")/environ"
}

engine_is_ready() { [[ $(curl -fsS --max-time 5 --unix-socket "$socket" http://engine/_ping 2>/dev/null) == OK ]]; }

# The first process of the pid namespace is reaped when all others are gone, and unshare ends when it has reaped it.
stop_engine() {
  local pid first
  if engine_runs; then
    pid=$(<"$pid_file")
    first=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null) || first=
    # shellcheck disable=SC2086 # it ends in a blank
    kill -9 ${first:-$pid} 2>/dev/null || true
    while engine_runs; do sleep 0.05; done
  fi
  rm -f "$pid_file"
}

wait_until_ready() {
  local end=$((SECONDS + 30))
  until engine_is_ready; do
    if ! engine_runs || ((SECONDS >= end)); then
      printf 'scripts/docker-engine: the engine did not start. The end of %s:\n' "$log" >&2
      tail -n 10 "$log" >&2
      exit 1
    fi
    sleep 0.1
  done
}
