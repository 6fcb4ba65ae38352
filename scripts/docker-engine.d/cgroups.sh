# Where the containers' processes are counted: in every hierarchy (v1), or in the only one (v2, written but not tried).
# Directories of another engine that runs are not empty, and stay.
remove_cgroups() {
  local dir try
  for dir in /sys/fs/cgroup/"$cgroup" /sys/fs/cgroup/*/"$cgroup"; do
    for ((try = 0; try < 25; try++)); do
      [[ -d $dir ]] || break
      find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null || true
      [[ ! -d $dir ]] || sleep 0.1
    done
  done
}
