# The pods' cgroups: one directory for each instance, in every hierarchy (v1, v1 hybrid) or in the only one (v2).
# v2 is written from the documentation and was not tried: the machines at hand have v1 hybrid.
make_cgroups() {
  local dir file
  if cgroup_v2; then
    hand_down /sys/fs/cgroup
    mkdir -p "/sys/fs/cgroup/$id"
    hand_down "/sys/fs/cgroup/$id"
    return
  fi
  for dir in /sys/fs/cgroup/*/; do mkdir -p "$dir$id"; done
  for file in cpuset.cpus cpuset.mems; do # empty in a new cpuset, and no process may join it so
    [[ ! -e /sys/fs/cgroup/cpuset ]] || cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset/$id/$file"
  done
}

cgroup_v2() { [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; }

# A child has only the controllers that its parent hands down. Outside the true root that is refused (EBUSY) while the
# parent has processes of its own, as in a container with a private cgroup namespace.
hand_down() {
  local controller
  for controller in $(<"$1/cgroup.controllers"); do
    grep -qw "$controller" "$1/cgroup.subtree_control" && continue
    echo "+$controller" 2>/dev/null >"$1/cgroup.subtree_control" || case $controller in
      cpu | cpuset | memory | pids) die "cgroup v2: the controller '$controller' cannot be enabled in $1/cgroup.subtree_control (in a container: are there processes in its root cgroup?)" ;;
    esac
  done
}

# Processes of the pods: all that are in our cgroups, whatever they are. A process out of this pid namespace reads 0.
pod_processes() { find /sys/fs/cgroup/"$id" /sys/fs/cgroup/*/"$id" -name cgroup.procs -exec cat {} + 2>/dev/null | sed "/^0$/d" | sort -u; }

remove_cgroups() {
  local dir try
  for dir in /sys/fs/cgroup/"$id" /sys/fs/cgroup/*/"$id"; do
    for ((try = 0; try < 25; try++)); do
      [[ -d $dir ]] || break
      find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null || true
      [[ ! -d $dir ]] || sleep 0.1
    done
  done
}
