# Programs, built from the Go module proxy. What people use goes to $bin, the cluster's own daemons to $libexec, so that
# a PATH with $bin in front gives them nothing else. Each is built only if what is there was made of another version or of other sources.

# build COMPONENT VERSION: `build_COMPONENT DIR VERSION` leaves bin/ and libexec/ in DIR; they are moved in place as a
# whole, so a build that was killed leaves nothing half made, and a running program keeps its file.
build() {
  local component=$1 version=$2 made built
  built=$libexec/.built/$component-$version
  [[ ! -d $parts/$component ]] || built+=-$(cat "$parts/$component"/* | sha256sum | head -c 8)
  [[ ! -e $built ]] || return 0
  require_go
  made=$build_dir/$component
  rm -rf "$made"
  mkdir -p "$made"/{bin,libexec} "$bin" "$libexec/.built"
  step "$build_dir/$component.log" "building $component $version" "build_$component" "$made" "$version"
  install_tree "$made/bin" "$bin"
  install_tree "$made/libexec" "$libexec"
  rm -rf "$made" "$libexec/.built/$component"-v*
  touch "$built"
}

# The programs for a cluster that is not ours. Any recent kubectl will do there; ours takes minutes.
build_tools() {
  take_build_lock
  build crane "$CRANE_VERSION"
  build kustomize "$KUSTOMIZE_VERSION"
  build busybox "$BUSYBOX_RELEASE"
  if [[ ! -e $bin/kubectl ]]; then
    if ! ln -sfn "$(type -P kubectl)" "$bin/kubectl" 2>/dev/null; then build kube "$KUBERNETES_VERSION"; fi
  fi
  exec 8>&-
}

take_build_lock() {
  mkdir -p "$build_dir"
  exec 8>"$build_dir/lock"
  flock -n 8 && return
  say "waiting for another build"
  flock 8
}

install_tree() {
  local from=$1 to=$2 path
  while read -rd '' path; do
    mkdir -p "$to/$(dirname "$path")"
    mv -fT "$from/$path" "$to/$path"
  done < <(cd "$from" && find . \( -type f -o -type l \) -printf '%P\0')
}

# GOTOOLCHAIN: Go 1.21 and later fetch the toolchain that a go.mod asks for. GOWORK: a workspace above this checkout is not ours.
go_() { env CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOWORK=off GOTOOLCHAIN=auto go "$@"; }
go_build() { go_ build -trimpath -ldflags '-s -w' -o "$@"; }
go_install() { # DIR PACKAGE@VERSION
  GOBIN=$1 go_ install -trimpath -ldflags '-s -w' "$2"
}

build_crane() { go_install "$1/bin" "github.com/google/go-containerregistry/cmd/crane@$2"; }

# Of the same go-containerregistry as crane.
build_registry() { (cd "$parts/registry" && go_build "$1/libexec/registry" .); }

build_kustomize() { go_install "$1/bin" "sigs.k8s.io/kustomize/kustomize/v5@$2"; }

build_kind() { go_install "$1/bin" "sigs.k8s.io/kind@$2"; }

build_kube() {
  local dir=$1 version=$2 flags='-s -w' package name
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$(cut -d. -f2 <<<"$version")"
    flags+=" -X $package.gitTreeState=archive"
  done
  (cd "$parts/kube" && go_ build -trimpath -ldflags "$flags" -o "$dir/libexec/kube" .)
  for name in etcd kubelet kube-apiserver kube-controller-manager kube-proxy kube-scheduler; do
    ln -s kube "$dir/libexec/$name"
  done
  ln -s ../libexec/kube "$dir/bin/kubectl"
}

build_containerd() {
  local name
  for name in containerd containerd-shim-runc-v2 ctr; do
    go_install "$1/libexec" "github.com/containerd/containerd/v2/cmd/$name@$2"
  done
}

build_cni() {
  local plugin
  for plugin in main/bridge main/loopback ipam/host-local; do
    go_install "$1/libexec/cni" "github.com/containernetworking/plugins/plugins/$plugin@$2"
  done
}

# The CRDs are those of the module itself. calico/go.mod is not tidy: `go mod tidy` would ask for modules that no longer exist.
build_calico() {
  local dir=$1 calico=github.com/projectcalico/calico
  (
    cd "$parts/calico"
    go_build "$dir/libexec/calico-felix" $calico/felix/cmd/calico-felix
    go_build "$dir/libexec/cni/calico" $calico/cni-plugin/cmd/calico
    cp -r "$(go_ list -m -f '{{.Dir}}' $calico)/libcalico-go/config/crd" "$dir/libexec/calico-crd"
    chmod -R u+w "$dir/libexec/calico-crd"
  )
}
