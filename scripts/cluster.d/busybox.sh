# The image that every cluster has: busybox, static, with PATH=/bin; as `musl`, too, which is static everywhere.

push_busybox() { # REGISTRY
  local here=$1/library/busybox
  push_version_of_busybox "$here"
  crane tag "$here:latest" musl
}

# A tag for its version, so that a registry with another one gets this. Nodes have what an earlier push brought.
push_version_of_busybox() { # REPOSITORY
  local image=$1:latest busybox=$libexec/busybox version staging applet
  if [[ ! -e $busybox ]]; then
    crane digest "$image" >/dev/null 2>&1 || crane copy docker.io/library/busybox:latest "$image"
    return
  fi
  # A registry of somebody else's keeps what it has.
  [[ $kind != context ]] || ! crane digest "$image" >/dev/null 2>&1 || return 0
  version=$("$busybox" | sed -n '1s/^BusyBox v\([0-9.]*\).*/\1/p')
  ! crane digest "$1:$version" >/dev/null 2>&1 || return 0
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
  crane mutate "$image" --set-platform "linux/$(image_architecture)" --env PATH=/bin --cmd sh -t "$image"
  crane tag "$image" "$version"
  rm -rf "$staging" "$staging.tar"
  images+=(docker.io/library/busybox:{latest,musl})
}

# Debian's of a release, if this machine's Debian mirror has it; else this machine's own, if it has one.
build_busybox() { # DIR RELEASE
  debian_busybox "$1" "$2" || cp "$(static_busybox)" "$1/libexec/busybox" || rm -f "$1/libexec/busybox"
}

# Beside the machine's packages: its own lists and release stay as they are.
debian_busybox() { # DIR RELEASE
  local apt=$1/apt mirror options
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Component: main' | grep -v security | head -n 1)
  [[ $mirror ]] || return 1
  mkdir -p "$apt"/{lists/partial,cache/archives/partial}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $2 main" >"$apt/sources.list"
  options=(-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$apt/lists"
    -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
  (cd "$apt" && apt-get "${options[@]}" update -qq && apt-get "${options[@]}" download busybox-static && dpkg -x ./*.deb .) &&
    mv "$apt"/usr/bin/busybox "$1/libexec/busybox"
}

image_architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64 | arm64) echo arm64 ;; # written, not tried
    *) die "no images for $(uname -m), only for amd64 and arm64" ;;
  esac
}
