# etcd, the API server, the controllers and the scheduler.

# --unsafe-no-fsync: three times the speed, and safe as long as the kernel lives. A machine that was switched off may
# come back with a broken database; then the cluster begins anew (the registry's images stay).
start_etcd() {
  run_etcd
  if ! etcd_settles; then
    say "the cluster's data did not survive: beginning anew"
    mv "$log/etcd.log" "$log/etcd.broken.log"
    rm -rf "$state/etcd"
    run_etcd
  fi
  wait_for 30 etcd answers 2379 /health
}

etcd_settles() {
  local end=$((SECONDS + 30))
  until answers 2379 /health; do
    daemon_runs etcd && ((SECONDS < end)) || return
    sleep 0.05
  done
}

run_etcd() { daemon etcd -- etcd --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn; }

start_api_server() {
  daemon kube-apiserver "$pki"/{server,ca}.crt "$pki/service-accounts.key" -- kube-apiserver \
    --etcd-servers=http://127.0.0.1:2379 --advertise-address=$node_ip --secure-port="$api_port" \
    --tls-cert-file="$pki/server.crt" --tls-private-key-file="$pki/server.key" --client-ca-file="$pki/ca.crt" \
    --kubelet-client-certificate="$pki/admin.crt" --kubelet-client-key="$pki/admin.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/service-accounts.key" \
    --service-account-signing-key-file="$pki/service-accounts.key" --service-cluster-ip-range=$service_range \
    --authorization-mode=Node,RBAC --allow-privileged --feature-gates="$gates" \
    --kubelet-preferred-address-types=InternalIP # else attach looks up the node's name in DNS
  # The node's network and the host's meet at a unix socket. The address is the same on both sides.
  daemon relay-api-inner -- socat -b 65536 "UNIX-LISTEN:$run/api.sock,fork,unlink-early,backlog=128" "TCP:127.0.0.1:$api_port,nodelay"
  host_daemon relay-api -- socat -b 65536 "TCP-LISTEN:$api_port,bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=128" "UNIX-CONNECT:$run/api.sock"
  wait_for 90 "the API server" kubectl_ get --raw /readyz
}

start_controllers() {
  daemon kube-controller-manager "$kubeconfig" -- kube-controller-manager --kubeconfig="$kubeconfig" --leader-elect=false \
    --root-ca-file="$pki/ca.crt" --service-account-private-key-file="$pki/service-accounts.key" \
    --allocate-node-cidrs --cluster-cidr=$pod_range --use-service-account-credentials
  daemon kube-scheduler "$kubeconfig" -- kube-scheduler --kubeconfig="$kubeconfig" --leader-elect=false
}
