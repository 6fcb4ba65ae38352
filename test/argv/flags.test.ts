import { describe, expect, test } from 'vitest'
import { flagLabel } from '../../src/argv/flag.ts'
import { RUN_FLAGS } from '../../src/argv/flags.ts'
import { GLOBAL_FLAGS } from '../../src/argv/global-flags.ts'
import { KRMPOD_RUN_FLAGS } from '../../src/argv/own-flags.ts'
import { SUBCOMMANDS } from '../../src/argv/subcommands.ts'

// docker/cli v29.7.2, cli/command/container: run.go and opts.go.
const DOCKER_RUN = `
  add-host annotation attach:a blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns
  cidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares:c cpus
  cpuset-cpus cpuset-mems detach:d! detach-keys device device-cgroup-rule device-read-bps device-read-iops
  device-write-bps device-write-iops disable-content-trust! dns dns-opt dns-option dns-search domainname
  entrypoint env:e env-file expose gpus group-add health-cmd health-interval health-retries
  health-start-interval health-start-period health-timeout help! hostname:h init! interactive:i!
  io-maxbandwidth io-maxiops ip ip6 ipc isolation kernel-memory label:l label-file link link-local-ip
  log-driver log-opt mac-address memory:m memory-reservation memory-swap memory-swappiness mount name net
  net-alias network network-alias no-healthcheck! oom-kill-disable! oom-score-adj pid pids-limit platform
  privileged! publish:p publish-all:P! pull quiet:q! read-only! restart rm! runtime security-opt shm-size
  sig-proxy! stop-signal stop-timeout storage-opt sysctl tmpfs tty:t! ulimit use-api-socket! user:u userns
  uts volume:v volume-driver volumes-from workdir:w`

describe('the flag tables', () => {
  test('know every flag of docker run, its shorthand, and whether it takes a value', () => {
    const rows = RUN_FLAGS.flatMap(({ name, short, aliases = [], takes }) => {
      const bool = takes === 'bool' ? '!' : ''
      return [`${name}${short ? `:${short}` : ''}${bool}`, ...aliases.map((alias) => `${alias}${bool}`)]
    })
    expect(rows.sort()).toEqual(DOCKER_RUN.trim().split(/\s+/).sort())
  })

  test.each([
    { table: 'krmpod run', flags: KRMPOD_RUN_FLAGS },
    { table: 'docker', flags: GLOBAL_FLAGS },
    ...SUBCOMMANDS.map(({ names, flags }) => ({ table: names.join(), flags })),
  ])('of $table have each name and shorthand once', ({ flags }) => {
    const names = flags.flatMap(({ name, aliases = [], short }) => [
      name,
      ...aliases,
      ...(short ? [short] : []),
    ])
    expect(names).toEqual([...new Set(names)])
  })

  test('name flags as docker does', () => {
    expect(RUN_FLAGS.filter(({ name }) => name === 'env' || name === 'rm').map(flagLabel)).toEqual([
      '-e, --env',
      '--rm',
    ])
  })
})
