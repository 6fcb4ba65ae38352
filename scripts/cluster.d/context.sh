# A cluster that exists: the context that KRMPOD_E2E_CONTEXT names. Nothing of the person's configuration changes: a copy of
# that one context is all that is used.

context_up() {
  [[ ${KRMPOD_TEST_REGISTRY-} ]] || die "KRMPOD_E2E_CONTEXT needs KRMPOD_TEST_REGISTRY, a registry that this machine can push to and the cluster's nodes can pull from (and KRMPOD_TEST_IMAGE_PREFIX, if Pods call it by another name than \$KRMPOD_TEST_REGISTRY/)"
  [[ ! $cni && ! $gates ]] || die "--cni and --gates are for a cluster of our own, not for the context '$KRMPOD_E2E_CONTEXT'"
  take_lock "$state.lock"
  build_tools
  mkdir -p "$state"
  (umask 077 && kubectl config view --minify --flatten --context="$KRMPOD_E2E_CONTEXT" >"$kubeconfig.new") ||
    die "kubectl does not find the context '$KRMPOD_E2E_CONTEXT'"
  mv "$kubeconfig.new" "$kubeconfig"
  kubectl_ --request-timeout=20s get --raw /readyz >/dev/null || die "the cluster of the context '$KRMPOD_E2E_CONTEXT' does not answer"
  push_busybox "$KRMPOD_TEST_REGISTRY"
  echo "$KRMPOD_E2E_CONTEXT $KRMPOD_TEST_REGISTRY ${KRMPOD_TEST_IMAGE_PREFIX-$KRMPOD_TEST_REGISTRY/}" >"$state/settings"
  say "'$name' is the context '$KRMPOD_E2E_CONTEXT'"
}

context_down() {
  rm -rf "$state"
  say "'$name' is forgotten; the cluster itself is as it was"
}

# Nobody here may ask its nodes.
context_forget() { :; }

context_env() {
  local context='' registry prefix
  [[ ! -e $state/settings ]] || read -r context registry prefix <"$state/settings"
  [[ $context == "$KRMPOD_E2E_CONTEXT" ]] || die "'$name' is not up; run: scripts/cluster up --name $name"
  print_env "$registry" "$prefix"
}

context_status() {
  local verdict=down
  if [[ -e $state/settings ]] && kubectl_ --request-timeout=5s get --raw /readyz >/dev/null 2>&1; then verdict=up; fi
  echo "'$name' is the context '$KRMPOD_E2E_CONTEXT': $verdict"
  [[ $verdict == up ]] || exit 3
}
