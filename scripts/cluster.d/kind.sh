# kind, where there is a Docker engine. Its own CNI enforces NetworkPolicy. A registry runs beside it as a container, and
# the node asks it first for every image. Written from kind's documentation; not tried: no machine at hand has an engine.

kind_up() {
  [[ ! $cni ]] || die "--cni is for a cluster on this host; kind has its own"
  take_lock "$state.lock"
  build_tools
  build kind "$KIND_VERSION"
  use_real_docker
  if kind_exists; then
    [[ $gates == "$(cat "$state/gates")" ]] || die "kind sets feature gates once; run 'scripts/cluster down --name $name' first"
  else
    printf '{kind: Cluster, apiVersion: kind.x-k8s.io/v1alpha4, featureGates: {%s}}' "$(sed 's/=/: /g; s/,/, /g' <<<"$gates")" |
      kind create cluster --name "$id" --kubeconfig "$kubeconfig" --wait 180s --config - >&2
    echo "$gates" >"$state/gates"
  fi
  docker inspect "$id-registry" >/dev/null 2>&1 ||
    docker run -d --restart always --name "$id-registry" --network kind -p 127.0.0.1::5000 registry:2 >/dev/null
  docker exec "$id-control-plane" sh -ec "mkdir -p /etc/containerd/certs.d/_default
    echo '[host.\"http://$id-registry:5000\"]' >/etc/containerd/certs.d/_default/hosts.toml
    mkdir -p /etc/containerd/certs.d/$private_registry
    echo 'server = \"http://$private_registry\"' >/etc/containerd/certs.d/$private_registry/hosts.toml"
  push_busybox "$(kind_registry)"
  kind_forget
  say "'$name' is up, in kind"
}

kind_down() {
  take_lock "$state.lock"
  use_real_docker
  docker rm -f "$id-registry" >/dev/null 2>&1 || true
  kind delete cluster --name "$id" --kubeconfig "$kubeconfig" >&2
  rm -rf "$state"
}

kind_forget() {
  use_real_docker
  ((${#images[@]} == 0)) || docker exec "$id-control-plane" crictl rmi "${images[@]}" >/dev/null 2>&1 || true
}

kind_env() {
  use_real_docker
  kind_exists || die "'$name' is not up; run: scripts/cluster up --name $name"
  print_env "$(kind_registry)" ghcr.io/ mirrored
}

kind_status() {
  local verdict=down
  use_real_docker
  if kind_exists && kubectl_ --request-timeout=5s get --raw /readyz >/dev/null 2>&1; then verdict=up; fi
  echo "'$name' is a kind cluster: $verdict"
  [[ $verdict == up ]] || exit 3
}

kind_exists() { kind get clusters 2>/dev/null | grep -qx "$id"; }

kind_registry() { docker port "$id-registry" 5000/tcp | head -n 1; }

# kind needs a docker command, and the first on the PATH may be krmpod: that one refuses `info`.
use_real_docker() {
  local docker
  export KIND_EXPERIMENTAL_PROVIDER=docker
  for docker in $(type -ap docker); do
    "$docker" info >/dev/null 2>&1 || continue
    mkdir -p "$state/docker"
    ln -sfn "$docker" "$state/docker/docker"
    PATH=$state/docker:$PATH
    return
  done
  die "a Docker engine answers, but kind also needs the docker command on the PATH"
}
