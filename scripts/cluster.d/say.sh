# What a person sees while a command works. Everything goes to stderr: stdout belongs to `env` and `status`.

say() { printf '%6s  %s\n' "$(elapsed)" "$*" >&2; }

die() {
  printf '%s: %s\n' "scripts/${0##*/}" "$*" >&2
  exit 1
}

elapsed() {
  if ((SECONDS < 60)); then printf '%ds' $SECONDS; else printf '%dm%02ds' $((SECONDS / 60)) $((SECONDS % 60)); fi
}

# step LOG WHAT COMMAND...: runs the command with its output in the log. Says WHAT at once, again every 20 s, and the
# end of the log if the command fails.
step() {
  step_log=$1 step_what=$2
  shift 2
  mkdir -p "$(dirname "$step_log")"
  : >"$step_log"
  say "$step_what"
  heartbeat &
  step_heartbeat=$!
  trap end_step EXIT
  "$@" >>"$step_log" 2>&1
  trap - EXIT
  stop_heartbeat
}

end_step() {
  stop_heartbeat
  printf '%s: failed: %s. The end of %s:\n' "scripts/${0##*/}" "$step_what" "$step_log" >&2
  tail -n 15 "$step_log" >&2
}

# `read` and not `sleep`: a sleeping child would outlive a kill and hold the caller's pipe open.
heartbeat() {
  local silence
  exec {silence}<> <(:)
  while kill -0 $$ 2>/dev/null; do
    read -rt 20 -u "$silence" || say "$step_what: still at it"
  done
}

stop_heartbeat() { kill "$step_heartbeat" 2>/dev/null || true; }
