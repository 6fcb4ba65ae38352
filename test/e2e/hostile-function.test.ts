import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually, fixture, kubectl, testNamespace } from './support/cluster.ts'
import { AS_KUSTOMIZE, docker, type Ended } from './support/docker.ts'
import { speaksV5 } from './support/server.ts'

const LANES = (await speaksV5()) ? ['attach', 'exec'] : ['attach']
const MIB = 1024 * 1024
const LONG = { timeout: 300_000 }

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())
afterEach(async () => {
  expect(await eventually(space.staying, (pods) => pods.length === 0), 'no Pod is left').toEqual([])
})

function run(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return docker([...AS_KUSTOMIZE, ...words], { namespace: space.name, input: 'in\n', env })
}

function shell(script: string): readonly string[] {
  return ['busybox:musl', 'sh', '-c', script]
}

/** Nothing on stdout, 125, and one reason. */
function expectRefusal({ exitCode, stdout, stderr }: Ended, words: RegExp): void {
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
  expect(stderr).toMatch(words)
  expect(stderr.match(/^docker: /gm)).toHaveLength(1)
}

describe.each(LANES)('a hostile function, by %s', (KRMPOD_LANE) => {
  test('makes 1,500 processes: they count against its memory, and it is killed for them', async () => {
    // Without cgroup v2 the kernel kills the largest process, not all: by exec it is to be the function's, not our shell.
    const large = 'large=$(head -c 8000000 /dev/zero | tr "\\0" x)'
    const script = `cat; ${large}; i=0; while [ $i -lt 1500 ]; do sleep 300 & i=$((i+1)); done; echo survived; wait`
    const { exitCode, stdout, stderr } = await run(['-m', '32m', ...shell(script)], { KRMPOD_LANE })
    expect({ exitCode, survived: stdout.includes('survived') }).toEqual({ exitCode: 137, survived: false })
    expect(stderr).toMatch(/^docker: the function was killed for using more than its memory limit of 32Mi/m)
  })

  test('fills its disk: evicted, and not run again', async () => {
    const ended = await run(
      shell('cat; dd if=/dev/zero of=/tmp/fill bs=1M count=100 2>/dev/null; sleep 60'),
      {
        KRMPOD_LANE,
        KRMPOD_LOG: 'debug',
        KRMPOD_RESOURCES_REQUESTS_EPHEMERAL_STORAGE: '10Mi',
        KRMPOD_RESOURCES_LIMITS_EPHEMERAL_STORAGE: '40Mi',
      },
    )
    expectRefusal(ended, /^docker: Pod \S+ was lost: Evicted: .*ephemeral.* storage .*40Mi/m)
    expect(ended.stderr.match(/"create pods"/g)).toHaveLength(1)
  })

  test('leaves a child that holds its stdout open: it ends with the function', async () => {
    const { exitCode, stdout, stderr } = await run(shell('cat; sleep 300 & echo done'), { KRMPOD_LANE })
    expect({ exitCode, stdout: stdout.toString(), stderr }).toEqual({
      exitCode: 0,
      stdout: 'in\ndone\n',
      stderr: '',
    })
  })

  test('does not end, and is deaf to TERM: stopped at the deadline', async () => {
    const ended = await run([fixture('stubborn')], { KRMPOD_LANE, KRMPOD_DEADLINE: '5s' })
    expectRefusal(ended, /^docker: the run did not end within its deadline of 5 s: /m)
  })

  test('prints without an end on stdout: output.maxBytes', async () => {
    const ended = await run(shell('cat; yes'), { KRMPOD_LANE, KRMPOD_OUTPUT_MAX_BYTES: '1Mi' })
    expectRefusal(
      ended,
      /^docker: the function printed more than 1048576 bytes on stdout \(output\.maxBytes\)/m,
    )
  })

  test('F24: has no network, not in its first moment either', async () => {
    const address = `dial=${await apiServer()}`
    const words = [fixture('probe'), address, address, 'read', address]
    const ended = await docker([...AS_KUSTOMIZE, ...words], {
      namespace: space.name,
      env: { KRMPOD_LANE },
    })
    expect(wordsOf(ended)).toEqual({ exitCode: 0, words: ['closed', 'closed', 'closed'] })
    // So that it is not closed to everybody.
    const open = await docker(['run', '--network', 'host', fixture('probe'), address], {
      namespace: space.name,
      env: { KRMPOD_LANE },
    })
    expect(wordsOf(open)).toEqual({ exitCode: 0, words: ['open'] })
  })

  test('looks for a token, capabilities and a way to be root: there is none', async () => {
    const script = `cat; ls /var/run/secrets 2>&1; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status
      id -u; chown root /tmp 2>&1; mount -t tmpfs tmpfs /mnt 2>&1; echo end`
    const { exitCode, stdout } = await run(shell(script), { KRMPOD_LANE })
    expect(exitCode).toBe(0)
    expect(stdout.toString()).toMatchInlineSnapshot(`
      "in
      ls: /var/run/secrets: No such file or directory
      CapEff:	0000000000000000
      CapBnd:	0000000000000000
      NoNewPrivs:	1
      Seccomp:	2
      65534
      chown: /tmp: Operation not permitted
      mount: permission denied (are you root?)
      end
      "
    `)
  })
})

test(
  'a hostile function says 1 GiB on stderr: a part of it is passed on, and stdout is whole',
  LONG,
  async () => {
    // An older node gives no log before it has noticed that the container runs, up to a second late; kubelet looks every
    // ten whether there is one to rotate. In between, the log's head can be read for certain.
    const words = [
      fixture('probe'),
      ...['read', 'random=1MiB:stderr', 'sleep=3', 'random=1GiB:stderr', 'echo'],
    ]
    const { exitCode, stdout, stderr } = await run(words, {
      KRMPOD_STDERR_MAX_BYTES: '1Mi',
      // The node keeps nearly all of it as the container's log.
      KRMPOD_RESOURCES_LIMITS_EPHEMERAL_STORAGE: '4Gi',
    })
    const why = stderr.slice(-2_000)
    expect({ exitCode, stdout: stdout.toString() }, why).toEqual({ exitCode: 0, stdout: 'in\n' })
    expect(stderr).toMatch(
      /docker: the function wrote more than 1048576 bytes on stderr; the rest is dropped .*\n$/,
    )
    // As text: each byte is one character at most.
    expect(stderr.length).toBeLessThan(MIB + 200)
  },
)

async function apiServer(): Promise<string> {
  const address = await kubectl(['get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}'])
  return `${address}:443`
}

/** The first of each line. */
function wordsOf({ exitCode, stdout }: Ended): { exitCode: number; words: readonly string[] } {
  const lines = stdout.toString().trim().split('\n')
  return { exitCode, words: lines.map((line) => line.split(' ', 1).join()) }
}
