import type { Flag } from './flag.ts'

const SECURITY = 'functions run under Pod Security "restricted"'
const DEVICES = 'a Pod gets no device of its node'
const HOST = 'a Pod never joins a namespace of its node'
const CGROUPS = 'the kubelet sets up the cgroups of a Pod'
const NETWORK = "a Pod's addresses and names are the cluster's choice"
const PORTS = 'a function is not a server'
const DRIVERS = 'a Pod has no docker volumes or storage drivers'
const CPU = 'a Pod has a CPU request and a CPU limit: use --cpus'
const MEMORY = 'a Pod has a memory request and a memory limit: use --memory'
const WINDOWS = 'functions run on Linux'
const LOGS = "the node's container runtime keeps the log"
const PROBES = 'a function has no health checks'
const RUNTIME = "the node's container runtime is the cluster's choice"

/** Every flag of `docker run` (docker CLI 29), hidden and deprecated ones too. */
export const RUN_FLAGS: readonly Flag[] = [
  // What runs.
  {
    name: 'entrypoint',
    takes: 'value',
    does: 'map',
    help: "Program to run instead of the image's ENTRYPOINT",
  },
  { name: 'workdir', short: 'w', takes: 'value', does: 'map', help: 'Working directory, an absolute path' },
  {
    name: 'env',
    short: 'e',
    takes: 'value',
    does: 'map',
    help: "Environment: NAME=VALUE, or NAME for the caller's",
  },
  { name: 'env-file', takes: 'value', does: 'map', help: 'Read environment variables from a file' },
  { name: 'user', short: 'u', takes: 'value', does: 'map', help: 'nobody (default), root, UID or UID:GID' },
  { name: 'group-add', takes: 'value', does: 'map', help: 'Additional group, a number' },
  { name: 'platform', takes: 'value', does: 'map', help: 'Run on a node of this platform, linux/ARCH' },
  {
    name: 'pull',
    takes: 'value',
    does: 'map',
    help: 'When to pull the image: always, missing (default), never',
  },

  // Streams and lifetime.
  {
    name: 'interactive',
    short: 'i',
    takes: 'bool',
    does: 'map',
    help: "Feed the caller's stdin to the function",
  },
  {
    name: 'attach',
    short: 'a',
    takes: 'value',
    does: 'map',
    help: 'Streams to connect: STDIN, STDOUT, STDERR',
  },
  {
    name: 'tty',
    short: 't',
    takes: 'bool',
    does: 'refuse',
    why: 'a terminal changes the bytes of the output',
  },
  { name: 'detach', short: 'd', takes: 'bool', does: 'refuse', why: 'a function runs in the foreground' },
  { name: 'detach-keys', takes: 'value', does: 'ignore', why: 'only a terminal can detach' },
  { name: 'rm', takes: 'bool', does: 'map', help: 'Remove the Pod at the end, which always happens' },
  {
    name: 'cidfile',
    takes: 'value',
    does: 'map',
    help: "Write the Pod's UID to this file, which must not exist",
  },
  {
    name: 'stop-timeout',
    takes: 'value',
    does: 'map',
    help: 'Seconds from TERM to KILL when a run is interrupted',
  },
  {
    name: 'stop-signal',
    takes: 'value',
    does: 'ignore',
    why: 'the container runtime sends the one the image names',
  },
  { name: 'sig-proxy', takes: 'bool', does: 'ignore', why: 'a signal always ends the Pod' },
  { name: 'init', takes: 'bool', does: 'ignore', why: 'the container runtime ends all processes of a Pod' },
  {
    name: 'restart',
    takes: 'value',
    does: 'ignore',
    why: 'a function runs once',
    accepts: { values: /^(?:no)?$/, refused: 'anything but `no`', why: 'a function runs once' },
  },

  // Names and notes.
  { name: 'name', takes: 'value', does: 'map', help: "A part of the Pod's name" },
  { name: 'hostname', short: 'h', takes: 'value', does: 'map', help: 'Host name, an RFC 1123 label' },
  { name: 'label', short: 'l', takes: 'value', does: 'map', help: 'Annotation of the Pod, NAME=VALUE' },
  { name: 'label-file', takes: 'value', does: 'map', help: 'Read annotations of the Pod from a file' },
  { name: 'annotation', takes: 'value', does: 'map', help: 'Annotation of the Pod, NAME=VALUE' },
  { name: 'domainname', takes: 'value', does: 'refuse', why: NETWORK },

  // Network.
  {
    name: 'network',
    aliases: ['net'],
    takes: 'value',
    does: 'map',
    help: "none: no network; host, bridge, default: the cluster's Pod network, never the node's",
    accepts: {
      values: /^(?:none|host|bridge|default)$/,
      refused: 'any other name',
      why: 'a Pod has no docker networks: use none or host',
    },
  },
  {
    name: 'add-host',
    takes: 'value',
    does: 'map',
    help: 'Line of /etc/hosts, NAME:IP',
    accepts: {
      values: /^(?!.*[:=]host-gateway$)/s,
      refused: '`host-gateway`',
      why: 'there is no docker host that it could mean',
    },
  },
  { name: 'dns', takes: 'value', does: 'map', help: 'DNS server, an IP address' },
  { name: 'dns-search', takes: 'value', does: 'map', help: 'DNS search domain' },
  { name: 'dns-option', aliases: ['dns-opt'], takes: 'value', does: 'map', help: 'DNS option, NAME[:VALUE]' },
  { name: 'network-alias', aliases: ['net-alias'], takes: 'value', does: 'refuse', why: NETWORK },
  { name: 'ip', takes: 'value', does: 'refuse', why: NETWORK },
  { name: 'ip6', takes: 'value', does: 'refuse', why: NETWORK },
  { name: 'link-local-ip', takes: 'value', does: 'refuse', why: NETWORK },
  { name: 'mac-address', takes: 'value', does: 'refuse', why: NETWORK },
  { name: 'link', takes: 'value', does: 'refuse', why: NETWORK },
  { name: 'publish', short: 'p', takes: 'value', does: 'refuse', why: PORTS },
  { name: 'publish-all', short: 'P', takes: 'bool', does: 'refuse', why: PORTS },
  { name: 'expose', takes: 'value', does: 'ignore', why: 'it publishes nothing' },

  // Files.
  {
    name: 'mount',
    takes: 'value',
    does: 'map',
    help: 'Mount: type=bind|tmpfs|volume|image,source=S,target=T[,readonly]',
  },
  {
    name: 'volume',
    short: 'v',
    takes: 'value',
    does: 'map',
    help: 'Mount: FOLDER:TARGET[:ro], VOLUME:TARGET[:ro], or TARGET for an empty folder',
  },
  { name: 'tmpfs', takes: 'value', does: 'map', help: 'Mount an empty folder in memory: TARGET[:size=64m]' },
  { name: 'volumes-from', takes: 'value', does: 'refuse', why: DRIVERS },
  { name: 'volume-driver', takes: 'value', does: 'refuse', why: DRIVERS },
  { name: 'storage-opt', takes: 'value', does: 'refuse', why: DRIVERS },
  { name: 'shm-size', takes: 'value', does: 'map', help: 'Size of /dev/shm' },
  { name: 'read-only', takes: 'bool', does: 'map', help: 'Read-only root filesystem' },

  // Security.
  {
    name: 'security-opt',
    takes: 'value',
    does: 'map',
    help: 'no-new-privileges, which always holds',
    accepts: {
      values: /^no-new-privileges(?:[:=]true)?$/,
      refused: 'anything but `no-new-privileges`',
      why: SECURITY,
    },
  },
  { name: 'cap-drop', takes: 'value', does: 'map', help: 'Drop a capability (a function never has any)' },
  { name: 'cap-add', takes: 'value', does: 'refuse', why: SECURITY },
  { name: 'privileged', takes: 'bool', does: 'refuse', why: SECURITY },
  { name: 'use-api-socket', takes: 'bool', does: 'refuse', why: 'there is no docker API' },
  { name: 'sysctl', takes: 'value', does: 'refuse', why: SECURITY },
  { name: 'pid', takes: 'value', does: 'refuse', why: HOST },
  { name: 'ipc', takes: 'value', does: 'refuse', why: HOST },
  { name: 'uts', takes: 'value', does: 'refuse', why: HOST },
  { name: 'userns', takes: 'value', does: 'refuse', why: HOST },
  { name: 'cgroupns', takes: 'value', does: 'refuse', why: HOST },
  { name: 'cgroup-parent', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'device', takes: 'value', does: 'refuse', why: DEVICES },
  { name: 'device-cgroup-rule', takes: 'value', does: 'refuse', why: DEVICES },
  { name: 'gpus', takes: 'value', does: 'refuse', why: DEVICES },

  // Resources.
  { name: 'memory', short: 'm', takes: 'value', does: 'map', help: 'Memory limit, such as 512m or 1g' },
  { name: 'memory-reservation', takes: 'value', does: 'map', help: 'Memory request' },
  { name: 'cpus', takes: 'value', does: 'map', help: 'CPU limit, such as 0.5 or 2' },
  { name: 'memory-swap', takes: 'value', does: 'refuse', why: MEMORY },
  { name: 'memory-swappiness', takes: 'value', does: 'refuse', why: MEMORY },
  { name: 'oom-kill-disable', takes: 'bool', does: 'refuse', why: 'the memory limit of a Pod holds' },
  { name: 'oom-score-adj', takes: 'value', does: 'ignore', why: 'the kubelet sets it' },
  { name: 'kernel-memory', takes: 'value', does: 'ignore', why: 'docker ignores it, too' },
  { name: 'cpu-shares', short: 'c', takes: 'value', does: 'refuse', why: CPU },
  { name: 'cpu-period', takes: 'value', does: 'refuse', why: CPU },
  { name: 'cpu-quota', takes: 'value', does: 'refuse', why: CPU },
  { name: 'cpu-rt-period', takes: 'value', does: 'refuse', why: CPU },
  { name: 'cpu-rt-runtime', takes: 'value', does: 'refuse', why: CPU },
  { name: 'cpuset-cpus', takes: 'value', does: 'refuse', why: CPU },
  { name: 'cpuset-mems', takes: 'value', does: 'refuse', why: CPU },
  { name: 'pids-limit', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'ulimit', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'blkio-weight', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'blkio-weight-device', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'device-read-bps', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'device-read-iops', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'device-write-bps', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'device-write-iops', takes: 'value', does: 'refuse', why: CGROUPS },
  { name: 'cpu-count', takes: 'value', does: 'refuse', why: WINDOWS },
  { name: 'cpu-percent', takes: 'value', does: 'refuse', why: WINDOWS },
  { name: 'io-maxbandwidth', takes: 'value', does: 'refuse', why: WINDOWS },
  { name: 'io-maxiops', takes: 'value', does: 'refuse', why: WINDOWS },
  { name: 'isolation', takes: 'value', does: 'refuse', why: WINDOWS },
  { name: 'runtime', takes: 'value', does: 'refuse', why: RUNTIME },

  // Without effect.
  { name: 'quiet', short: 'q', takes: 'bool', does: 'ignore', why: 'pulling prints nothing' },
  { name: 'disable-content-trust', takes: 'bool', does: 'ignore', why: 'docker ignores it, too' },
  { name: 'log-driver', takes: 'value', does: 'ignore', why: LOGS },
  { name: 'log-opt', takes: 'value', does: 'ignore', why: LOGS },
  { name: 'no-healthcheck', takes: 'bool', does: 'ignore', why: PROBES },
  { name: 'health-cmd', takes: 'value', does: 'ignore', why: PROBES },
  { name: 'health-interval', takes: 'value', does: 'ignore', why: PROBES },
  { name: 'health-retries', takes: 'value', does: 'ignore', why: PROBES },
  { name: 'health-start-interval', takes: 'value', does: 'ignore', why: PROBES },
  { name: 'health-start-period', takes: 'value', does: 'ignore', why: PROBES },
  { name: 'health-timeout', takes: 'value', does: 'ignore', why: PROBES },
  { name: 'help', takes: 'bool', does: 'map', help: 'Print this' },
]
