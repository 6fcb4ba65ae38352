# A cluster on this host, from nothing or from what a hard stop left. Every step sees to a state and does nothing if it is
# there, so `up` is also the repair.

host_up() {
  require_linux_root
  require_programs
  take_lock "$run.lock"
  claim
  forget_ended_daemons
  settle_cni
  host_build
  check_gates
  settle_ports
  echo "$cni" >"$state/cni"

  make_network
  make_cgroups
  make_keys
  write_kubeconfig
  daemons_all_run || say "starting '$name': Kubernetes ${KUBERNETES_VERSION#v}, CNI $cni${gates:+, $gates}"
  start_etcd
  start_registry
  start_runtime
  start_api_server
  start_controllers
  start_proxy
  push_images
  wait_for 20 "containerd" runtime_answers
  host_forget
  start_kubelet
  if [[ $cni == calico ]]; then
    start_calico
    wait_for 60 "felix" calico_is_ready
  fi
  wait_for 60 "the default service account" kubectl_ get --raw /api/v1/namespaces/default/serviceaccounts/default
  wait_for 60 "the node" node_is_ready
  require_daemons
  echo "$gates" >"$state/gates"
  say "'$name' is up"
}

host_build() {
  take_build_lock
  build crane "$CRANE_VERSION"
  build kustomize "$KUSTOMIZE_VERSION"
  build registry "$CRANE_VERSION"
  build busybox "$BUSYBOX_RELEASE"
  build kube "$KUBERNETES_VERSION"
  build containerd "$CONTAINERD_VERSION"
  build cni "$CNI_VERSION"
  [[ $cni != calico ]] || build calico "$CALICO_VERSION"
  exec 8>&-
}

host_env() {
  daemons_all_run || die "'$name' is not up; run: scripts/cluster up --name $name"
  local api_port registry_port
  read -r api_port registry_port <"$state/ports"
  print_env "127.0.0.1:$registry_port" ghcr.io/ mirrored # any registry's name would do: all are pulled from ours
}
