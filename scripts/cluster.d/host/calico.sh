# NetworkPolicy, enforced: Calico's felix on the Kubernetes datastore, without Typha, BIRD and IPPool.

start_calico() {
  kubectl_ get --raw /apis/crd.projectcalico.org/v1/clusterinformations/default >/dev/null 2>&1 || create_calico_resources
  daemon_runs felix || wait_for 60 "the node's range of pod addresses" node_has_pod_range
  mkdir -p "$run/calico/endpoint-status"
  # iptables-nft, beside kube-proxy's own nftables table.
  daemon felix "$kubeconfig" -- KUBECONFIG="$kubeconfig" FELIX_DATASTORETYPE=kubernetes FELIX_FELIXHOSTNAME="$id" \
    FELIX_IPTABLESBACKEND=NFT FELIX_IPV6SUPPORT=false FELIX_DEFAULTENDPOINTTOHOSTACTION=ACCEPT FELIX_XDPENABLED=false \
    FELIX_USAGEREPORTINGENABLED=false FELIX_MTUIFACEPATTERN='^node0$' FELIX_ENDPOINTSTATUSPATHPREFIX="$run/calico" \
    FELIX_HEALTHENABLED=true FELIX_LOGFILEPATH=none FELIX_LOGSEVERITYSYS=none FELIX_LOGSEVERITYSCREEN=warning \
    calico-felix -c /dev/null
}

create_calico_resources() {
  kubectl_ apply --server-side --force-conflicts --validate=false -f "$libexec/calico-crd" >/dev/null
  kubectl_ wait --for=condition=Established --timeout=60s -f "$libexec/calico-crd" >/dev/null
  kubectl_ apply -f - >/dev/null <<END
{apiVersion: crd.projectcalico.org/v1, kind: ClusterInformation, metadata: {name: default}, spec: {datastoreReady: true, clusterType: k8s}}
END
}

calico_is_ready() { answers 9099 /readiness; }
