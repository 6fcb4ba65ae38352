# The node's network: a namespace whose only links are its own bridges. Nothing in it can leave the machine, and no rule of
# the cluster lands on the host.
make_network() {
  if ! nsenter --net="$netns" true 2>/dev/null; then
    # A name without a namespace behind it stays after a reboot where /run is a disk.
    umount -l "$netns" 2>/dev/null || true
    rm -f "$netns"
    ip netns add "$id"
  fi
  # IPv6 is off: felix polices IPv4 only, and a denied pod would reach the node by its link-local address.
  # shellcheck disable=SC2016 # the inner bash's
  on_node bash -ec 'cd /proc/sys/net
    [[ -e bridge ]] || modprobe br_netfilter
    for all in all default; do [[ ! -e ipv6 ]] || echo 1 >ipv6/conf/$all/disable_ipv6; done
    echo 1 >ipv4/ip_forward
    echo 1 >bridge/bridge-nf-call-iptables' || die "cannot set up the node's network; does the kernel have br_netfilter?"
  local ip=(ip -n "$id")
  "${ip[@]}" link set lo up
  "${ip[@]}" link show node0 >/dev/null 2>&1 || "${ip[@]}" link add node0 type bridge
  "${ip[@]}" addr replace $node_ip/24 dev node0
  "${ip[@]}" link set node0 up
  "${ip[@]}" route replace $service_range dev node0    # so that the node itself can reach service addresses
  "${ip[@]}" route replace 169.254.1.1 dev node0  # Calico's gateway for pods: the node answers ARP for it only if it has a route there
}

remove_network() { ip netns del "$id" 2>/dev/null || true; }
