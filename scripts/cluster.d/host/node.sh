# The node: kubelet and kube-proxy.

start_proxy() {
  daemon kube-proxy "$kubeconfig" -- kube-proxy --kubeconfig="$kubeconfig" --proxy-mode=nftables --cluster-cidr=$pod_range \
    --hostname-override="$id" --conntrack-max-per-core=0 # that limit is the whole machine's
}

start_kubelet() {
  write_kubelet_config
  daemon kubelet "$etc/kubelet.yaml" "$kubeconfig" -- kubelet --config="$etc/kubelet.yaml" --kubeconfig="$kubeconfig" \
    --root-dir="$state/kubelet" --cert-dir="$state/kubelet-pki" --hostname-override="$id" --node-ip=$node_ip
}

# clusterDNS: there is no DNS server, and on the node's own address look-ups are refused at once.
# evictionHard, imageGC…: the machine's disk is shared with everything else, its fullness is not the cluster's business.
write_kubelet_config() {
  cat >"$etc/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
failSwapOn: false
cgroupDriver: cgroupfs
cgroupRoot: /$id
containerRuntimeEndpoint: unix://$run/containerd.sock
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
imageGCHighThresholdPercent: 100
podLogsDir: $log/pods
volumePluginDir: $state/volume-plugins
clusterDNS: [$node_ip]
featureGates: {$(sed 's/=/: /g; s/,/, /g' <<<"$gates")}
END
}

# What the API server remembers of a node from before a hard stop proves nothing: only a heartbeat of this kubelet does.
node_is_ready() {
  local started heartbeat ready
  started=$(date -u -r "$run/kubelet.pid" +%FT%TZ)
  read -r ready heartbeat < <(kubectl_ get node "$id" -o jsonpath='{range .status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime}{end}')
  [[ $ready == True && ! $heartbeat < $started ]]
}

node_has_pod_range() { [[ $(kubectl_ get node "$id" -o jsonpath='{.spec.podCIDR}') ]]; }
