# The registry, on the node and, through a relay, on this host's loopback. Its images are on disk and survive a hard stop.
readonly pause_image=registry.k8s.io/pause:3.10.1

start_registry() {
  mkdir -p "$state/registry"
  daemon registry -- registry --disk "$state/registry" --address $node_registry --socket "$run/registry.sock"
  host_daemon relay-registry -- socat -b 65536 "TCP-LISTEN:$registry_port,bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=128" \
    "UNIX-CONNECT:$run/registry.sock"
}

# busybox, and the pods' sandbox made of it.
push_images() {
  local here=127.0.0.1:$registry_port
  local pause=$here/${pause_image#*/}
  wait_for 20 "the image registry" crane catalog "$here"
  push_busybox "$here" >>"$log/images.log" 2>&1
  crane digest "$pause" >/dev/null 2>&1 ||
    crane mutate "$here/library/busybox:latest" --entrypoint sleep,infinity -t "$pause" >>"$log/images.log" 2>&1
}
