/** When it is tried, in ms after the start of the container. The first is as soon as a process can. */
export const MOMENTS_MS = [0, 50, 100, 200, 400, 800, 1_600, 3_200] as const

/** Something to be reached by TCP. */
export interface Destination {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** In the place of a host: what every Pod is told of the API server's Service. */
export const API_SERVICE: Destination = { name: 'the API service', host: '-', port: 0 }

/** Serves all that a node's administrator may do to its containers. */
export const KUBELET_PORT = 10_250

/** The kubelet again, by an address that no policy on IPv4 is about. */
const LINK_LOCAL = 'the node by its link-local address'

const LAST_MOMENT_MS = MOMENTS_MS.at(-1) ?? 0

/**
 * Dials all destinations at every moment, side by side, and says in the end how each went. `nc` gives up connecting
 * after 1 s; who is still there after 2 s has connected. What has answered once is dialled no differently again.
 */
const SCRIPT = `b=/bin/busybox
hundredths() { read -r up _ </proc/uptime; echo $((\${up%.*} * 100 + 1\${up#*.} - 100)); }
start=$(hundredths)
now() { echo $((($(hundredths) - start) * 10)); }
dial() {
  at=$(now)
  $b timeout 2 $b nc -w 1 "$2" "$3" </dev/null >/dev/null 2>&1
  case $? in 0 | 124 | 143) how=open ;; *) how=closed ;; esac
  echo "$4 $at $how $1"
}
all() {
  for moment in ${MOMENTS_MS.join(' ')}; do
    while [ "$(now)" -lt "$moment" ]; do $b sleep 0.01; done
    for destination in "$@"; do
      IFS='|' read -r host port name <<END
$destination
END
      [ "$host" = - ] && host=$KUBERNETES_SERVICE_HOST port=$KUBERNETES_SERVICE_PORT
      dial "$name" "$host" "$port" "$moment" &
    done
  done
  wait
  link_local
}
# The address that a node's end of the Pod's cable makes of its own hardware address.
link_local() {
  while read -r _ _ _ hw _ device; do
    case $hw in *:*:*:*:*:*) ;; *) continue ;; esac
    IFS=: read -r a b1 c d e f <<END
$hw
END
    dial "${LINK_LOCAL}" "$(printf 'fe80::%02x%s:%sff:fe%s:%s%s%%%s' $((0x$a ^ 2)) "$b1" "$c" "$d" "$e" "$f" "$device")" ${KUBELET_PORT} ${LAST_MOMENT_MS}
  done </proc/net/arp
}
$b nc --help 2>&1 | $b grep -q -- -w || { echo "$b has no nc -w" >&2; exit 3; }
report=$(all "$@")
echo "$report"`

/** Words after the image: what a container runs that tries these. */
export function dialling(destinations: readonly Destination[]): readonly string[] {
  return ['sh', '-c', SCRIPT, 'sh', ...destinations.map(({ name, host, port }) => `${host}|${port}|${name}`)]
}

/** The same of somebody who can be reached. */
export function listening(port: number): readonly string[] {
  return ['httpd', '-f', '-p', String(port), '-h', '/tmp']
}
