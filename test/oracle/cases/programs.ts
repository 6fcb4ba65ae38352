import { fixture } from '../../e2e/support/cluster.ts'
import { AS_KUSTOMIZE } from '../../e2e/support/docker.ts'
import type { Case } from '../case.ts'
import { plainShell, shell } from './argv.ts'

const SHOW = 'cat >/dev/null; for word; do echo "<$word>"; done'

function words(...given: readonly string[]): readonly string[] {
  return [...AS_KUSTOMIZE, '--entrypoint', 'sh', fixture('cat'), '-c', SHOW, 'sh', ...given]
}

/** Which program is run, with which arguments, where. */
export const PROGRAMS: readonly Case[] = [
  { name: 'arguments after the image', argv: words('one', 'two') },
  {
    name: 'its process number',
    argv: ['run', '--rm', '--entrypoint', 'sh', fixture('cat'), '-c', 'echo $$'],
    differs: { key: 'main-process', in: ['stdout'] },
  },
  { name: 'an empty argument', argv: words('', 'x', '') },
  {
    name: 'blanks, quotes and newlines in arguments',
    argv: words('two words', '"q"', "it's", 'a\nb', '\\', '\t'),
  },
  {
    name: 'arguments that Kubernetes would expand',
    argv: words('$(HOME)', '$$(HOME)', '$$', '$HOME', '${HOME}'),
  },
  { name: 'arguments that look like flags', argv: words('--help', '-e', 'A=1', '--', '--network=host') },
  { name: 'more than ASCII in arguments', argv: words('ünïcödé', '日本', '🙂') },
  { name: 'an argument of 100 KiB', argv: words('x'.repeat(100 << 10)) },
  { name: '1,000 arguments', argv: words(...Array.from({ length: 1000 }, (_, i) => String(i))) },
  { name: '-- before the image', argv: [...AS_KUSTOMIZE, '--', fixture('cat')], stdin: 'x' },
  {
    name: 'arguments go to the image’s ENTRYPOINT',
    argv: [...AS_KUSTOMIZE, fixture('cat'), '-', '-'],
    stdin: 'x',
  },
  {
    name: 'arguments instead of CMD, without ENTRYPOINT',
    argv: [...AS_KUSTOMIZE, fixture('cmd-only'), '/probe', 'read', 'stdout=replaced'],
    stdin: 'x',
  },
  {
    name: '--entrypoint drops CMD',
    argv: [...AS_KUSTOMIZE, '--entrypoint', '/probe', fixture('bytes')],
    stdin: 'x',
  },
  {
    name: '--entrypoint= and a program after the image',
    argv: [...AS_KUSTOMIZE, '--entrypoint=', fixture('cat'), 'sh', '-c', 'cat; echo and more'],
    stdin: 'x',
  },
  {
    name: 'the folder of the image',
    argv: [...AS_KUSTOMIZE, fixture('cmd-only'), '/probe', 'read', 'echo'],
    stdin: 'x',
  },
  { name: '-w', argv: shell('pwd', ['-w', '/etc']) },
  { name: '-w that is made', argv: shell('pwd; ls -A', ['-w', '/made/by/flag']) },
  { name: '-w with a / at the end', argv: shell('pwd', ['--workdir=/etc/']) },
  { name: 'docker container run', argv: ['container', ...shell('echo out')] },
  { name: '--init', argv: shell('echo out', ['--init']) },
  { name: '--hostname', argv: shell('hostname', ['-h', 'my-host']) },
  { name: '--add-host', argv: shell('grep elsewhere /etc/hosts', ['--add-host', 'elsewhere:192.0.2.7']) },
  {
    name: '--name, --label, --annotation',
    argv: shell('echo out', ['--name', 'some_Name', '--label', 'a=b']),
  },
  { name: '--pull missing', argv: shell('echo out', ['--pull', 'missing']) },
  {
    name: '--log-driver, --sig-proxy, --stop-timeout',
    argv: shell('echo out', ['--log-driver', 'none', '--sig-proxy=false', '--stop-timeout', '3']),
  },
  { name: '--cap-drop of all', argv: shell('grep CapEff /proc/self/status', ['--cap-drop', 'ALL']) },
  {
    name: '--cpus, --memory, --memory-reservation',
    argv: shell('echo out', ['--cpus', '0.5', '--memory', '64m', '--memory-reservation', '32m']),
  },
  { name: '--shm-size', argv: shell('df -k /dev/shm | awk "NR == 2 { print \\$2 }"', ['--shm-size', '8m']) },
  {
    name: '--read-only, and a write to /',
    argv: shell('echo x 2>/dev/null >/x || echo refused', ['--read-only']),
  },
  {
    name: '--read-only, and a write to /tmp',
    argv: shell('echo x 2>/dev/null >/tmp/x || echo refused', ['--read-only']),
    differs: { key: 'read-only', in: ['stdout'] },
  },
  {
    name: 'the network interfaces of --network none',
    argv: shell('ls /sys/class/net'),
    differs: { key: 'network-none', in: ['stdout'] },
  },
  {
    name: 'the network interfaces of --network host',
    argv: plainShell('ls /sys/class/net', ['--rm', '--network', 'host']),
    differs: { key: 'network', in: ['stdout'] },
  },
  { name: 'the network interfaces of the default', argv: plainShell('ls /sys/class/net', ['--rm']) },
  {
    name: 'memory without --memory',
    argv: shell(
      'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
    ),
    differs: { key: 'memory', in: ['stdout'] },
  },
  {
    name: 'memory with --memory',
    argv: shell(
      'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
      ['-m', '64m'],
    ),
  },
]
