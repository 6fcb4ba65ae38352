# Feature gates. The API server and the kubelet know the same ones (one list in one binary), and both end at once over one
# that they do not know.
check_gates() {
  local gate known
  [[ $gates ]] || return 0
  known=$(kube-apiserver --help)
  for gate in ${gates//,/ }; do
    grep -q ":${gate%=*}=true|false" <<<"$known" || die "Kubernetes ${KUBERNETES_VERSION#v} has no feature gate '${gate%=*}'"
  done
}
