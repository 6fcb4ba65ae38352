# The image that every cluster has: busybox, static, with PATH=/bin; as `musl`, too, which is static everywhere.

push_busybox() { # REGISTRY
  push_latest_busybox "$1"
  crane tag "$1/library/busybox:latest" musl
}

push_latest_busybox() { # REGISTRY
  local image=$1/library/busybox:latest staging busybox applet architecture
  ! crane digest "$image" >/dev/null 2>&1 || return 0
  if ! busybox=$(static_busybox); then
    crane copy docker.io/library/busybox:latest "$image"
    return
  fi
  architecture=$(image_architecture)
  staging=$(mktemp -d)
  mkdir -p "$staging"/{bin,etc,tmp}
  chmod 1777 "$staging/tmp"
  cp "$busybox" "$staging/bin/busybox"
  for applet in $("$busybox" --list); do
    [[ -e $staging/bin/$applet ]] || ln -s busybox "$staging/bin/$applet"
  done
  printf '%s\n' root:x:0:0:root:/:/bin/sh nobody:x:65534:65534:nobody:/:/bin/false >"$staging/etc/passwd"
  tar -C "$staging" --owner=0 --group=0 --sort=name --mtime=@0 -cf "$staging.tar" .
  crane append -f "$staging.tar" -t "$image"
  crane mutate "$image" --set-platform "linux/$architecture" --env PATH=/bin --cmd sh -t "$image"
  rm -rf "$staging" "$staging.tar"
}

image_architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64 | arm64) echo arm64 ;; # written, not tried
    *) die "no images for $(uname -m), only for amd64 and arm64" ;;
  esac
}
