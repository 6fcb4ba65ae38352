# Which cluster: one that exists, if it is named; kind, if it is asked for and there is an engine; else one on this host.
choose() {
  if [[ ${KRMPOD_E2E_CONTEXT-} ]]; then
    echo context
  elif [[ ${KRMPOD_E2E_KIND-} == 1 ]] && engine_answers; then
    echo kind
  else
    echo host
  fi
}

# Asks the engine itself. A `docker` on the PATH says nothing: it may be krmpod.
engine_answers() {
  local socket=${DOCKER_HOST:-unix:///var/run/docker.sock}
  [[ $socket == unix://* && -S ${socket#unix://} ]] || return
  [[ $(curl -fsS --max-time 5 --unix-socket "${socket#unix://}" http://engine/_ping 2>/dev/null) == OK ]]
}
