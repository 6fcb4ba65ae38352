# The engine's programs: Debian's packages, unpacked beside each other into the cache directory.
readonly packages='docker.io containerd runc tini'

unpack_programs() {
  [[ ! -e $programs ]] || return 0
  command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    die "there is no apt-get here to download a Docker engine with. Start one, or name it in DOCKER_HOST"
  step "$cache/packages.log" "downloading Debian's packages $packages" download_programs
}

# Moved in place as a whole: what was cut short leaves nothing half made.
download_programs() {
  local made=$cache/.programs package
  rm -rf "$made"
  mkdir -p "$made/debs"
  cd "$made/debs"
  # shellcheck disable=SC2086 # words
  apt-get download $packages || { apt-get update -qq && apt-get download $packages; }
  for package in *.deb; do dpkg -x "$package" "$made"; done
  cd /
  require_libraries "$made"
  rm -rf "$made"/{debs,usr/share}
  mv "$made" "$programs"
}

require_libraries() {
  local missing
  missing=$(ldd "$1"/usr/{sbin/dockerd,sbin/runc,bin/docker,bin/containerd} | awk '/not found/ { print $1 }' | sort -u)
  [[ ! $missing ]] || die "Debian's docker.io needs these libraries, which are not installed here: ${missing//$'\n'/ }"
}
