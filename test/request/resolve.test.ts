import { describe, expect, test } from 'vitest'
import { parseDocker } from '../../src/argv/commands.ts'
import { RUN_FLAGS } from '../../src/argv/flags.ts'
import { resolve } from '../../src/request/resolve.ts'
import type { RunRequest } from '../../src/request/run-request.ts'
import { mergeSettings } from '../../src/settings/merge-settings.ts'
import { IMAGE, LITERAL_ARGV } from '../argv/literal-argv.ts'
import { refusalOf } from '../argv/refusal-of.ts'
import { request, SETTINGS } from './resolving.ts'

const HEX_64 = 'f'.repeat(64)

/** Flags of which none is given; remembers what it was asked for. */
class AskedFlags extends Map<string, readonly string[]> {
  readonly asked = new Set<string>()

  override get(name: string): undefined {
    this.asked.add(name)
  }

  override has(name: string): boolean {
    this.asked.add(name)
    return false
  }
}

describe('a request', () => {
  test('of nothing but an image has the defaults of the settings', () => {
    expect(request('img')).toEqual({
      image: 'img',
      givenImage: 'img',
      args: [],
      user: { kind: 'ids', uid: 65534, gid: 65534 },
      groups: [],
      network: 'open',
      env: [],
      notices: [],
      warnings: [],
      streams: { stdin: false, stdout: true, stderr: true },
      readOnlyRoot: false,
      mounts: [],
      mountRules: { maxBytes: 4 * 1024 ** 3, maxFiles: 100_000 },
      resources: {
        requests: { cpu: '10m', memory: '64Mi', 'ephemeral-storage': '64Mi' },
        limits: { memory: '1Gi', 'ephemeral-storage': '1Gi' },
      },
      pullPolicy: 'IfNotPresent',
      pullSecrets: [],
      pullSecretFrom: 'off',
      recordDigest: false,
      nodeSelector: {},
      tolerations: [],
      labels: {},
      annotations: {},
      hosts: [],
      dns: { servers: [], searches: [], options: [] },
      stopTimeoutSeconds: 1,
      enforcement: 'warn',
      proofMaxAgeMs: 7 * 24 * 3_600_000,
      deadlineMs: 600_000,
      deadlineName: 'its deadline of 600 s',
      standby: { size: 0, ttlMs: 600_000, longestRunMs: 600_000 },
      nudge: true,
      lane: 'auto',
      userNamespace: false,
      helperImage: 'busybox:musl',
      mirrors: new Map(),
      proof: true,
      maxOutputBytes: 1024 ** 3,
      maxStderrBytes: 64 * 1024 ** 2,
    } satisfies RunRequest)
  })

  test('takes over what only the settings say', () => {
    const settings = {
      deadlineMs: 5,
      readOnlyRoot: true,
      images: {
        pullSecrets: ['regcred'],
        pullSecretFrom: 'dockerConfig',
        recordDigest: 'on',
        pullPolicy: 'Never',
        rewrite: [],
      },
      serviceAccount: 'functions',
      nodeSelector: { pool: 'functions' },
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
      labels: { team: 'a' },
      annotations: { note: 'b' },
      nudge: 'off',
      proof: 'off',
      output: { maxBytes: 7 },
    } as const
    expect(request('img', { settings })).toMatchObject({
      deadlineMs: 5,
      readOnlyRoot: true,
      pullSecretFrom: 'dockerConfig',
      recordDigest: true,
      pullSecrets: ['regcred'],
      pullPolicy: 'Never',
      serviceAccount: 'functions',
      nodeSelector: { pool: 'functions' },
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
      labels: { team: 'a' },
      annotations: { note: 'b' },
      nudge: false,
      proof: false,
      maxOutputBytes: 7,
    })
  })

  test.each(LITERAL_ARGV.filter(({ outcome }) => outcome === 'runs'))('$name', ({ argv }) => {
    const command = parseDocker(argv)
    if (command.kind !== 'run') throw new Error('it does not run')
    const { image, network, user } = resolve({
      parsed: command.argv,
      settings: SETTINGS,
      env: {},
      cwd: () => '/work',
      readFile: () => new Uint8Array(),
    })
    expect(image).toBe(IMAGE)
    expect(network).toBe(argv.includes('none') ? 'none' : 'open')
    expect(user).toMatchObject({ kind: 'ids' })
  })

  test('reads every flag that is mapped, and no other', () => {
    const flags = new AskedFlags()
    const parsed = { image: 'img', command: [], ignored: [], flags }
    resolve({ parsed, settings: SETTINGS, env: {}, cwd: () => '/work', readFile: () => new Uint8Array() })
    // The Pod is always removed and never gains privileges; help is no request.
    const unread = ['rm', 'security-opt', 'help']
    const mapped = RUN_FLAGS.filter(({ does }) => does === 'map').map(({ name }) => name)
    expect([...flags.asked, ...unread].sort()).toEqual(mapped.sort())
  })

  test.each<[line: string, expected: Partial<RunRequest>]>([
    // Network: the last wins, and what is not known to be open is closed.
    ['--network none img', { network: 'none' }],
    ['--network none --net none img', { network: 'none' }],
    ['--net=host img', { network: 'open' }],
    ['--network bridge img', { network: 'open' }],
    ['--network default img', { network: 'open' }],
    // Streams.
    ['-i img', { streams: { stdin: true, stdout: true, stderr: true } }],
    ['-i=false img', { streams: { stdin: false, stdout: true, stderr: true } }],
    ['-i -a STDIN -a STDOUT -a STDERR img', { streams: { stdin: true, stdout: true, stderr: true } }],
    ['-i -a stdout img', { streams: { stdin: true, stdout: true, stderr: false } }],
    ['-a StdErr img', { streams: { stdin: false, stdout: false, stderr: true } }],
    ['-a stdin img', { streams: { stdin: false, stdout: false, stderr: false } }],
    ['-i -a stdin img', { streams: { stdin: true, stdout: false, stderr: false } }],
    // Program.
    ['img a b', { args: ['a', 'b'] }],
    ['--entrypoint sh img', { entrypoint: ['sh'], args: [] }],
    ['--entrypoint sh img -c x', { entrypoint: ['sh'], args: ['-c', 'x'] }],
    ['--entrypoint= img sh -c x', { entrypoint: ['sh', '-c', 'x'], args: [] }],
    ['-w /work img', { workingDir: '/work' }],
    // Image.
    ['--pull always img', { pullPolicy: 'Always' }],
    ['--pull pull img', { pullPolicy: 'Always' }],
    ['--pull missing img', { pullPolicy: 'IfNotPresent' }],
    ['--pull= img', { pullPolicy: 'IfNotPresent' }],
    ['--pull never img', { pullPolicy: 'Never' }],
    ['--platform linux/amd64 img', { platform: { os: 'linux', arch: 'amd64' } }],
    ['--platform linux/x86_64 img', { platform: { os: 'linux', arch: 'amd64' } }],
    ['--platform Linux/AArch64 img', { platform: { os: 'linux', arch: 'arm64' } }],
    ['--platform linux/arm64/v8 img', { platform: { os: 'linux', arch: 'arm64' } }],
    ['--platform s390x img', { platform: { os: 'linux', arch: 's390x' } }],
    // Names and lifetime.
    ['--name My_fn.1 img', { name: 'My_fn.1' }],
    ['-h web-1 img', { hostname: 'web-1' }],
    ['--cidfile /tmp/cid img', { cidfile: '/tmp/cid' }],
    ['--stop-timeout 30 img', { stopTimeoutSeconds: 30 }],
    ['--read-only img', { readOnlyRoot: true }],
    ['--cap-drop CAP_NET_RAW --cap-drop net_raw --cap-drop all img', { image: 'img' }],
    // Hosts and DNS.
    [
      '--add-host a:1.2.3.4 --add-host b:::1 --add-host C=1.2.3.4 img',
      {
        hosts: [
          { ip: '1.2.3.4', names: ['a', 'c'] },
          { ip: '::1', names: ['b'] },
        ],
      },
    ],
    [
      '--add-host a:[::1] --add-host a=[fe80::1] img',
      {
        hosts: [
          { ip: '::1', names: ['a'] },
          { ip: 'fe80::1', names: ['a'] },
        ],
      },
    ],
    [
      '--dns 8.8.8.8 --dns ::1 --dns-search Example.COM. --dns-search . --dns-opt ndots:2 img',
      { dns: { servers: ['8.8.8.8', '::1'], searches: ['example.com', '.'], options: ['ndots:2'] } },
    ],
    // Labels and annotations.
    ['-l a=b -l c --label d=e=f img', { annotations: { a: 'b', c: '', d: 'e=f' } }],
    [
      '-l a=b --annotation a=c --annotation example.com/x=y img',
      { annotations: { a: 'c', 'example.com/x': 'y' } },
    ],
    ['--label-file f -l b=flag img', { annotations: { a: 'file', b: 'flag' } }],
    [
      '-l a/b/c=1 -l krmpod.dev/run-id=2 -l ok=3 img',
      { annotations: { ok: '3', 'krmpod.dev/docker-labels': '{"a/b/c":"1","krmpod.dev/run-id":"2"}' } },
    ],
    [
      '-l _a=1 --annotation =x --annotation Krmpod.dev/b img',
      { annotations: { 'krmpod.dev/docker-labels': '{"_a":"1","":"x","Krmpod.dev/b":""}' } },
    ],
    ['-l __proto__=1 img', { annotations: { 'krmpod.dev/docker-labels': '{"__proto__":"1"}' } }],
    [`-l ${HEX_64}=1 img`, { annotations: { 'krmpod.dev/docker-labels': `{"${HEX_64}":"1"}` } }],
  ])('%s', (line, expected) => {
    const asked = request(line, { files: { f: 'a=file\nb=file\nbare\n' } })
    expect(asked).toEqual({ ...request(['img']), ...expected })
  })

  test.each([
    ['--platform= img', undefined],
    ['--platform linux img', undefined],
    ['--platform linux/s390x img', 's390x'],
    ['img', 'arm64'],
  ])('DOCKER_DEFAULT_PLATFORM counts when there is no --platform: %s', (line, arch) => {
    expect(request(line, { env: { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' } }).platform?.arch).toBe(arch)
  })

  test('a label keeps its value as it is, but no blanks before its name', () => {
    expect(request(['-l', ' \ta= b ', 'img']).annotations).toEqual({ a: ' b ' })
  })

  test('empty names are as good as none', () => {
    expect(request('--name= --hostname= --workdir= --cidfile= img')).toEqual(request('img'))
  })
})

describe('a value that cannot be used is refused', () => {
  test.each([
    [
      ['-a', 'foo'],
      'invalid argument "foo" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR',
    ],
    [['-l', ' '], 'invalid argument " " for "-l, --label" flag: invalid label \' \': empty name'],
    [['-l', '=x'], 'invalid argument "=x" for "-l, --label" flag: invalid label \'=x\': empty name'],
    [['-l', 'a b=c'], 'invalid argument "a b=c" for "-l, --label" flag: label \'a b\' contains whitespaces'],
    [['--pull', 'foo'], 'invalid pull option: \'foo\': must be one of "always", "missing" or "never"'],
  ])("%j, in docker's words", (words, message) => {
    expect(refusalOf(() => request([...words, 'img']))).toMatchObject({ code: 'USAGE', exit: 125, message })
  })

  test.each([
    [['--network', 'none', '--network', 'host'], 'invalid network "none, host": expected one network'],
    [['--entrypoint', ''], 'invalid --entrypoint "": expected a program, or a command after the image'],
    [['-w', 'tmp'], 'invalid working directory "tmp": expected an absolute path'],
    [['--name', '-x'], 'invalid container name "-x": expected ^[a-zA-Z0-9][a-zA-Z0-9_.-]+$'],
    [['--name', 'x'], 'invalid container name "x": expected ^[a-zA-Z0-9][a-zA-Z0-9_.-]+$'],
    [
      ['-h', 'Web'],
      'invalid hostname "Web": expected an RFC 1123 label: up to 63 lower case letters, digits and \'-\'',
    ],
    [
      ['-h', HEX_64],
      `invalid hostname "${HEX_64}": expected an RFC 1123 label: up to 63 lower case letters, digits and '-'`,
    ],
    [['--stop-timeout', '-1'], 'invalid --stop-timeout "-1": expected a whole number from 0 to 2147483647'],
    [
      ['--cap-drop', 'net raw'],
      'invalid --cap-drop "NET RAW": expected a capability such as NET_RAW, or ALL',
    ],
    [
      ['--platform', 'linux/arm/v7'],
      'invalid platform "linux/arm/v7": expected linux/ARCH without a variant, which no node label tells',
    ],
    [
      ['--platform', 'windows/amd64'],
      'invalid platform "windows/amd64": expected linux/ARCH without a variant, which no node label tells',
    ],
    [['--add-host', 'foo'], 'invalid --add-host "foo": expected NAME:IP, where NAME is a DNS name'],
    [
      ['--add-host', 'a_b:1.2.3.4'],
      'invalid --add-host "a_b:1.2.3.4": expected NAME:IP, where NAME is a DNS name',
    ],
    [['--add-host', 'a:1.2.3'], 'invalid --add-host "a:1.2.3": expected NAME:IP, where NAME is a DNS name'],
    [['--dns', 'x'], 'invalid --dns "x": expected an IP address'],
    [['--dns', '[::1]'], 'invalid --dns "[::1]": expected an IP address'],
    [['--dns-search', 'a b'], 'invalid --dns-search "a b": expected a DNS name'],
    [
      ['--dns=1.1.1.1', '--dns=1.1.1.2', '--dns=1.1.1.3', '--dns=1.1.1.4'],
      'invalid --dns "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4": expected at most 3 servers',
    ],
  ])('%j', (words, message) => {
    expect(refusalOf(() => request([...words, 'img']))).toMatchObject({
      code: 'BAD_VALUE',
      exit: 125,
      message,
    })
  })
})

describe('logs: none', () => {
  const settings = mergeSettings({ env: { KRMPOD_LOGS: 'none', KRMPOD_MOUNTS_RW: 'on' } })

  test.each(['auto', 'attach', 'exec'] as const)('is the exec lane, also with lane: %s', (lane) => {
    expect(request('img', { settings: { ...settings, lane } }).lane).toBe('exec')
  })

  test('a mount that the function could write to would come back through a log', () => {
    expect(refusalOf(() => request('-v /a:/b img', { settings }))).toMatchObject({
      code: 'MOUNT_NOT_ALLOWED',
      message: expect.stringContaining('logs is none') as string,
    })
    expect(request('-v /a:/b:ro img', { settings }).mounts).toHaveLength(1)
  })
})
