# What must be there, with one message for each thing that is not.

require_linux_root() {
  [[ $(uname -s) == Linux ]] || die "a cluster on this machine needs Linux. Name an existing one in KRMPOD_E2E_CONTEXT, or set KRMPOD_E2E_KIND=1 with a Docker engine running"
  ((EUID == 0)) || die "a cluster on this machine needs root. Name an existing one in KRMPOD_E2E_CONTEXT, or set KRMPOD_E2E_KIND=1 with a Docker engine running"
}

require_go() {
  local version
  version=$(cd / && go env GOVERSION 2>/dev/null) || die "Go 1.21 or later must be on the PATH to build the cluster's programs (https://go.dev/dl)"
  [[ $version =~ go1\.([0-9]+) ]] || true
  ((${BASH_REMATCH[1]:-0} >= 21)) || die "Go 1.21 or later is needed to build the cluster's programs, found $version (https://go.dev/dl)"
}

# Debian's package for each program. Nothing is installed where the programs are already there.
require_programs() {
  local program missing=()
  local -A package=([runc]=runc [nft]=nftables [socat]=socat [iptables]=iptables [ipset]=ipset [conntrack]=conntrack
    [openssl]=openssl [ip]=iproute2 [nsenter]=util-linux)
  for program in "${!package[@]}"; do
    command -v "$program" >/dev/null || missing+=("${package[$program]}")
  done
  static_busybox >/dev/null || missing+=(busybox-static)
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || die "missing: ${missing[*]} (Debian's package names; there is no apt-get here to install them)"
  step "$build_dir/packages.log" "installing Debian packages: ${missing[*]}" install_packages "${missing[@]}"
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || true # a list that cannot be refreshed may still be good enough
  apt-get install -y -qq -o DPkg::Lock::Timeout=120 --no-install-recommends "$@"
}

# Images are made of it, and there is no libc in them.
static_busybox() {
  local busybox
  busybox=$(type -P busybox) && ! ldd "$busybox" >/dev/null 2>&1 && echo "$busybox"
}
