# Read by ./docker where results are kept: a `docker run` that is, word for word, in its environment, its settings and its
# stdin, one that was answered before is answered without a Node, which would take four times as long as all of this. Left
# to Node is everything else, with the stdin that was read. See docs/adr/0013. Its names are nobody else's, and neither
# are its programs: bash has functions of the caller's.

# As kustomize and kpt call it, of a kind that has results (src/cache/why-not.ts). A build has other plans.
krmpod_is_call() {
  case "${1-} ${2-} ${3-}" in
  'run --rm -i' | 'run -i '*) ;;
  *) return 1 ;;
  esac
  case " $* " in
  *' --network none '*@sha256:* | *' --network=none '*@sha256:*) ;;
  *) return 1 ;;
  esac
  [ "${KRMPOD_BUILD_SOCKET-}${KRMPOD_BUILD_GONE-}" = '' ] && [ "${KRMPOD_CACHE_MAX_BYTES-}" != off ]
}

# A terminal never ends, and `cat` gives up where a pipe would not have it wait. The numbers that are used here are free.
krmpod_has_streams() {
  { true <&7; } 2>/dev/null || { true <&8; } 2>/dev/null || { true <&9; } 2>/dev/null && return 1
  [ ! -t 0 ] && (krmpod_waits 0 && krmpod_waits 1) && command -v cat >/dev/null && command -v sha256sum >/dev/null
}

# In a shell of its own: what is read here as stdin is told of that of the first one.
krmpod_waits() {
  [ -r "/proc/$$/fdinfo/$1" ] || return 1
  while read -r krmpod_word krmpod_code; do
    # proc_pid_fdinfo(5): in octal; O_NONBLOCK is 04000.
    case $krmpod_word$krmpod_code in flags:*[4567]???) return 1 ;; esac
  done <"/proc/$$/fdinfo/$1"
}

# Nobody else can have written there: as src/cache/ours.ts. A relative one would be somebody's repository.
krmpod_is_ours() {
  case $krmpod_kept in /*) ;; *) return 1 ;; esac
  [ -O "$krmpod_kept" ] || return 1
  case $(command ls -ldL "$krmpod_kept" 2>/dev/null) in drwx------*) ;; *) return 1 ;; esac
}

# Where settings may be is more than where they are (src/settings/locate-settings-files.ts). What Node would take for
# another file, could not read, or would find empty after us, is Node's.
krmpod_has_plain_settings() {
  case ${HOME-} in /*) ;; *) return 1 ;; esac
  case $HOME/${XDG_CONFIG_HOME-}/ in */../*) return 1 ;; esac
  set -- "$HOME" "$HOME/.config" "$HOME/.config/krmpod" "${XDG_CONFIG_HOME-}/" "${XDG_CONFIG_HOME-}/krmpod" /etc/krmpod
  for krmpod_word; do
    [ ! -e "$krmpod_word" ] || [ -x "$krmpod_word" ] || return 1
  done
  for krmpod_word in "${KRMPOD_CONFIG-}" "${XDG_CONFIG_HOME-}/krmpod/config.yaml" "$HOME/.config/krmpod/config.yaml" \
    /etc/krmpod/config.yaml; do
    [ ! -e "$krmpod_word" ] || [ -f "$krmpod_word" ] || return 1
  done
}

# For two who read it from its start, in the folder of results, where nobody else can put anything. It has no name any
# more; what a killed one leaves is removed as the draft of a result.
krmpod_keep_stdin() {
  krmpod_word=$krmpod_kept/0000000000000000000000000000000000000000000000000000000000000000.$$
  krmpod_mask=$(umask)
  umask 077
  # noclobber is O_EXCL: a container that shares the folder may have a process of the same number.
  set -C
  { command exec 7>"$krmpod_word"; } 2>/dev/null
  krmpod_code=$?
  set +C
  umask "$krmpod_mask"
  [ "$krmpod_code" = 0 ] || return
  { command exec 8<"$krmpod_word" 9<"$krmpod_word"; } 2>/dev/null
  krmpod_code=$?
  command rm -f "$krmpod_word" 2>/dev/null
  [ "$krmpod_code" = 0 ] || exec 7>&-
  return "$krmpod_code"
}

# A line for each, with its name: nothing in one can be taken for what is in another. One that is there and cannot be
# read is an error, as one is that is named and not there.
krmpod_digests() {
  set -- /proc/self/environ "${krmpod_bin%/*}/../package.json"
  case ${KRMPOD_CONFIG-} in
  '') ;;
  /*) set -- "$@" "$KRMPOD_CONFIG" ;;
  *) set -- "$@" "./$KRMPOD_CONFIG" ;;
  esac
  for krmpod_word in "${XDG_CONFIG_HOME-}" "$HOME/.config" /etc; do
    case $krmpod_word in /*) ;; *) continue ;; esac
    [ ! -e "$krmpod_word/krmpod/config.yaml" ] || set -- "$@" "$krmpod_word/krmpod/config.yaml"
  done
  command sha256sum "$@" - <&8 2>/dev/null
}

# Sets krmpod_call, the name of the call. Each part is known to be all there: half of them would name other calls, too.
krmpod_name_call() {
  krmpod_code=$(krmpod_digests) || return 1
  case $krmpod_code in *'  -') ;; *) return 1 ;; esac
  krmpod_word=$(command pwd -P 2>/dev/null) || return 1
  krmpod_call=$({ { command printf '%s\0' "$krmpod_word" "$@" "$krmpod_code" && echo whole >&3; } |
    command sha256sum; } 3>&1)
  case $krmpod_call in
  'whole
'*) ;;
  *) return 1 ;;
  esac
  krmpod_call=${krmpod_call#*
}
  krmpod_call=${krmpod_call%% *}
  [ "${#krmpod_call}" = 64 ]
}

# Sets krmpod_answer, and opens it: a file whose name has its own digest. Somebody may remove it at any moment.
krmpod_find() {
  for krmpod_answer in "$krmpod_kept/$krmpod_call"-?*; do
    [ -f "$krmpod_answer" ] && [ -O "$krmpod_answer" ] && [ ! -h "$krmpod_answer" ] || continue
    { command exec 7<"$krmpod_answer"; } 2>/dev/null || continue
    krmpod_word=$(command sha256sum /proc/self/fd/7 2>/dev/null)
    [ "${krmpod_word%% *}" = "${krmpod_answer##*-}" ] && return
    exec 7<&-
  done
  return 1
}

krmpod_kept=${XDG_CACHE_HOME:-${HOME-}/.cache}/krmpod/results
if krmpod_is_call "$@" && krmpod_has_streams && krmpod_is_ours && krmpod_has_plain_settings && krmpod_keep_stdin; then
  # Whoever waits for the end of stderr does not wait for a `cat` that outlives this process.
  command cat >&7 2>/dev/null 7>&- 8<&- 9<&- || {
    echo "docker: stdin cannot be kept for the function in $krmpod_kept: is the disk full?" >&2
    exit 125
  }
  exec 7>&-
  if krmpod_name_call "$@"; then
    if krmpod_find; then
      command touch -c "$krmpod_answer" 2>/dev/null
      command cat <&7 8<&- 9<&- && exit 0
      echo 'docker: stdout cannot be written: see above.' >&2
      exit 125
    fi
    export KRMPOD_CALL="$krmpod_call"
  fi
  exec 8<&- <&9 9<&-
fi
