# A cluster on this host: its addresses and where its daemons leave their files.
# Each instance has a network of its own, so all of them can have the same addresses.
readonly node_ip=172.30.0.1 service_range=10.96.0.0/16 service_ip=10.96.0.1 pod_range=10.244.0.0/16
readonly node_registry=$node_ip:5000
readonly private_registry=127.0.0.1:5001 # test/e2e/support/private-registry.ts

set_host_paths() {
  run=/run/krmpod-cluster/$name # sockets, pid files: what belongs to the running processes
  netns=/run/netns/$id
  pki=$state/pki etc=$state/etc log=$state/log
}

# One instance of a name per machine: its network and cgroup are the machine's, the state is in somebody's cache directory.
claim() {
  local owner=$state
  [[ ! -e $run/owner ]] || owner=$(<"$run/owner")
  if [[ -e $run && ! -e $owner/pki/complete ]]; then # somebody emptied the cache directory under a running cluster
    state=$owner log=$owner/log clear_away
    owner=$state
  fi
  [[ $owner == "$state" ]] || die "'$name' belongs to $owner on this machine; use the same HOME or XDG_CACHE_HOME, or another --name"
  mkdir -p "$run" "$state" "$pki" "$etc" "$log"
  echo "$state" >"$run/owner"
}

# The CNI is chosen once: the pods that exist are wired by it.
settle_cni() {
  local chosen=
  [[ ! -e $state/cni ]] || chosen=$(<"$state/cni")
  [[ -z $chosen || -z $cni || $cni == "$chosen" ]] ||
    die "'$name' has the CNI '$chosen'; run 'scripts/cluster down --name $name' before an up with --cni $cni"
  cni=${chosen:-${cni:-calico}}
}

# Free ports of this host's loopback for the API server and the registry. They are kept, so that the addresses stay the
# same, unless somebody else took them meanwhile.
settle_ports() {
  api_port='' registry_port=''
  [[ ! -e $state/ports ]] || read -r api_port registry_port <"$state/ports"
  [[ ! $api_port ]] || daemon_runs relay-api || port_is_free "$api_port" || api_port=''
  [[ ! $registry_port ]] || daemon_runs relay-registry || port_is_free "$registry_port" || registry_port=''
  [[ ! $api_port || ! $registry_port ]] || return 0
  exec 7>"$cache/.ports.lock"
  flock 7
  local taken
  taken=" $(cat "$cache"/*/ports 2>/dev/null | tr '\n' ' ' || true) "
  for ((api_port = 26443; api_port < 26543; api_port += 2)); do
    registry_port=$((api_port + 1))
    [[ $taken != *" $api_port "* ]] && port_is_free $api_port && port_is_free $registry_port && break
  done
  ((api_port < 26543)) || die "no free pair of ports from 26443 to 26542 on 127.0.0.1"
  echo "$api_port $registry_port" >"$state/ports"
  exec 7>&-
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
