# Read by ./docker where results are kept: a `docker run` that is, word for word, in its environment, its settings and its
# stdin, one that was answered before is answered without a Node, which would take four times as long as all of this. Left
# to Node is everything else, with the stdin that was read. See docs/adr/0013. Its names are nobody else's.

# As kustomize and kpt call it. A terminal never ends; a build has other plans.
krmpod_is_call() {
  case "${1-} ${2-} ${3-}" in
  'run --rm -i' | 'run -i '*) ;;
  *) return 1 ;;
  esac
  [ "${KRMPOD_BUILD_SOCKET-}${KRMPOD_BUILD_GONE-}" = '' ] && [ ! -t 0 ] && { true 9<&0; } 2>/dev/null
}

# Nobody else can have written there: as src/cache/ours.ts. A relative one would be somebody's repository.
krmpod_is_ours() {
  case $krmpod_kept in /*) ;; *) return 1 ;; esac
  [ -O "$krmpod_kept" ] || return 1
  case $(ls -ldL "$krmpod_kept" 2>/dev/null) in drwx------*) ;; *) return 1 ;; esac
}

# Where settings may be is more than where they are: src/settings/locate-settings-files.ts.
krmpod_settings() {
  set -- "${KRMPOD_CONFIG-}" "${XDG_CONFIG_HOME-}/krmpod/config.yaml" "$HOME/.config/krmpod/config.yaml" \
    /etc/krmpod/config.yaml
  for krmpod_word; do
    # Who reads a pipe takes what is in it.
    [ ! -e "$krmpod_word" ] || [ -f "$krmpod_word" ] || return 1
  done
}

# For two who read it from its start; it has no name any more.
krmpod_keep_stdin() {
  krmpod_word=${TMPDIR:-/tmp}/krmpod-stdin-$$
  krmpod_mask=$(umask)
  umask 077
  # noclobber is O_EXCL.
  set -C
  { command exec 7>"$krmpod_word"; } 2>/dev/null
  krmpod_code=$?
  set +C
  umask "$krmpod_mask"
  [ "$krmpod_code" = 0 ] || return
  { command exec 8<"$krmpod_word" 9<"$krmpod_word"; } 2>/dev/null
  krmpod_code=$?
  rm -f "$krmpod_word"
  [ "$krmpod_code" = 0 ] || exec 7>&-
  return "$krmpod_code"
}

# A line for each that is there, with its name: nothing in one can be taken for what is in another.
krmpod_digests() {
  sha256sum /proc/self/environ "${krmpod_bin%/*}/../package.json" "${KRMPOD_CONFIG-}" \
    "${XDG_CONFIG_HOME-}/krmpod/config.yaml" "$HOME/.config/krmpod/config.yaml" /etc/krmpod/config.yaml - \
    <&8 2>/dev/null
}

# Sets krmpod_call, the name of the call. Each part is known to be all there: half of them would name other calls, too.
krmpod_name_call() {
  krmpod_code=$(krmpod_digests)
  case $krmpod_code in *'  /proc/self/environ'*'  -') ;; *) return 1 ;; esac
  krmpod_word=$(pwd -P 2>/dev/null) || return
  krmpod_call=$({ { printf '%s\0' "$krmpod_word" "$@" "$krmpod_code" && echo whole >&3; } | sha256sum; } 3>&1)
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
  for krmpod_answer in "$krmpod_kept/$krmpod_call"-*; do
    [ -f "$krmpod_answer" ] && [ -O "$krmpod_answer" ] && [ ! -h "$krmpod_answer" ] || continue
    { command exec 7<"$krmpod_answer"; } 2>/dev/null || continue
    krmpod_word=$(sha256sum /proc/self/fd/7 2>/dev/null)
    [ "${krmpod_word%% *}" = "${krmpod_answer##*-}" ] && return
    exec 7<&-
  done
  return 1
}

krmpod_kept=${XDG_CACHE_HOME:-$HOME/.cache}/krmpod/results
if krmpod_is_call "$@" && krmpod_is_ours && krmpod_settings && krmpod_keep_stdin; then
  cat >&7 7>&- 8<&- 9<&- || {
    echo 'docker: stdin cannot be kept for the function: see above.' >&2
    exit 125
  }
  exec 7>&-
  if krmpod_name_call "$@"; then
    if krmpod_find; then
      touch -c "$krmpod_answer" 2>/dev/null
      cat <&7 8<&- 9<&- && exit 0
      echo 'docker: stdout cannot be written: see above.' >&2
      exit 125
    fi
    export KRMPOD_CALL="$krmpod_call"
  fi
  exec 8<&- <&9 9<&-
fi
