# containerd, and the CNI configuration that it reads.
start_runtime() {
  write_containerd_config
  write_cni_config
  daemon containerd "$etc/containerd.toml" -- containerd --config "$etc/containerd.toml"
}

runtime_answers() { [[ -S $run/containerd.sock ]] && ctr --address "$run/containerd.sock" version; }

# A Pod that pulls only what is not there would run the old one.
host_forget() {
  local image
  runtime_answers >/dev/null 2>&1 || die "'$name' is not up; run: scripts/cluster up --name $name"
  for image in "${images[@]}"; do
    ctr --address "$run/containerd.sock" --namespace k8s.io images rm --sync "$image" >/dev/null 2>&1 || true
  done
}

# restrict_oom_score_adj: root may lack CAP_SYS_RESOURCE (in a container, in some virtual machines); every sandbox would
# fail with "can't get final child's PID from pipe: EOF".
write_containerd_config() {
  cat >"$etc/containerd.toml" <<END
version = 3
root = "$state/containerd"
state = "$run/containerd"
[grpc]
  address = "$run/containerd.sock"
[plugins.'io.containerd.nri.v1.nri']
  disable = true
[plugins.'io.containerd.internal.v1.opt']
  path = "$state/opt"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "$pause_image"
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "$etc/certs.d"
[plugins.'io.containerd.cri.v1.runtime']
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["$libexec/cni"]
  conf_dir = "$etc/cni"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  Root = "$run/runc"
END
  # Every image name, of whatever registry, is pulled from ours, over plain http.
  mkdir -p "$etc/certs.d/_default"
  echo "[host.\"http://$node_registry\"]" >"$etc/certs.d/_default/hosts.toml"
  # But for the private one, which a test runs as a Pod on the node's loopback.
  mkdir -p "$etc/certs.d/$private_registry"
  echo "server = \"http://$private_registry\"" >"$etc/certs.d/$private_registry/hosts.toml"
}

write_cni_config() {
  mkdir -p "$etc/cni"
  "cni_$cni" >"$etc/cni/cluster.conflist"
}

# Wires pods and enforces no NetworkPolicy at all.
cni_bridge() {
  cat <<END
{"cniVersion": "1.0.0", "name": "cluster", "plugins": [{
  "type": "bridge", "bridge": "cni0", "isDefaultGateway": true, "hairpinMode": true,
  "ipam": {"type": "host-local", "dataDir": "$run/ipam", "ranges": [[{"subnet": "10.244.0.0/24"}]]}}]}
END
}

# policy_setup_timeout_seconds: a pod starts only when felix has its policies in place.
cni_calico() {
  cat <<END
{"cniVersion": "1.0.0", "name": "cluster", "plugins": [{
  "type": "calico", "datastore_type": "kubernetes", "nodename": "$id", "nodename_file_optional": true, "mtu": 1500,
  "log_level": "error", "log_file_path": "$log/calico-cni.log",
  "policy_setup_timeout_seconds": 5, "endpoint_status_dir": "$run/calico/endpoint-status",
  "ipam": {"type": "host-local", "dataDir": "$run/ipam", "subnet": "usePodCidr"},
  "policy": {"type": "k8s"}, "kubernetes": {"kubeconfig": "$kubeconfig"}}]}
END
}
