import { describe, expect, test } from 'vitest'
import { RunError } from '../../src/errors/run-error.ts'
import { mergeSettings, type SettingSources } from '../../src/settings/merge-settings.ts'
import { parseSettingsFile } from '../../src/settings/settings-file.ts'

const FILE = '/home/ann/.config/krmpod/config.yaml'

function refusal(sources: SettingSources): string {
  try {
    mergeSettings(sources)
  } catch (error) {
    expect(error).toBeInstanceOf(RunError)
    expect(error).toMatchObject({ code: 'SETTINGS', exit: 125 })
    return (error as RunError).message
  }
  throw new Error('nothing was refused')
}

test('with no source at all, the defaults are whole', () => {
  expect(mergeSettings({})).toEqual({
    credentials: { cache: 'on' },
    deadlineMs: 600_000,
    callerTimeout: 'auto',
    sweep: 'auto',
    readOnlyRoot: false,
    user: { nobody: '65534:65534' },
    resources: {
      requests: { cpu: '10m', memory: '64Mi', ephemeralStorage: '64Mi' },
      limits: { memory: '1Gi', ephemeralStorage: '1Gi' },
    },
    images: {
      pullSecrets: [],
      pullSecretFrom: 'off',
      recordDigest: 'off',
      pullPolicy: 'IfNotPresent',
      rewrite: [],
    },
    env: {},
    network: { enforcement: 'warn', proofMaxAgeMs: 7 * 24 * 3_600_000 },
    userNamespaces: 'off',
    nodeSelector: {},
    tolerations: [],
    labels: {},
    annotations: {},
    mounts: { rw: 'off', volumes: [], maxBytes: 4 * 1024 ** 3, maxFiles: 100_000 },
    lane: 'auto',
    logs: 'node',
    helper: { image: 'busybox:musl' },
    registry: { mirrors: [] },
    nudge: 'auto',
    standby: { size: 0, ttlMs: 600_000 },
    proof: 'on',
    output: { maxBytes: 1024 ** 3 },
    stderr: { maxBytes: 64 * 1024 ** 2 },
    cache: { maxBytes: 'off' },
    build: { ahead: 8 },
    log: 'off',
  })
})

describe('precedence', () => {
  test.each([
    [['flag', 'env', 'user', 'system'], 'flag'],
    [['env', 'user', 'system'], 'env'],
    [['user', 'system'], 'user'],
    [['system'], 'system'],
  ])('of %o, %s wins', async (given, winner) => {
    const files = await Promise.all(
      ['user', 'system']
        .filter((name) => given.includes(name))
        .map((name) => parseSettingsFile({ path: `/${name}.yaml`, text: `namespace: ${name}` })),
    )
    const settings = mergeSettings({
      ...(given.includes('flag') && { flags: { namespace: 'flag' } }),
      ...(given.includes('env') && { env: { KRMPOD_NAMESPACE: 'env' } }),
      files,
    })
    expect(settings.namespace).toBe(winner)
  })

  test('files merge key by key, also inside a mapping', async () => {
    const user = await parseSettingsFile({
      path: '/user.yaml',
      text: 'resources: {limits: {memory: 4Gi}}\nnudge: off',
    })
    const system = await parseSettingsFile({
      path: '/system.yaml',
      text: 'resources: {limits: {memory: 2Gi, cpu: 2}}\nproof: off',
    })
    const settings = mergeSettings({ files: [user, system] })
    expect(settings).toMatchObject({ nudge: 'off', proof: 'off' })
    expect(settings.resources.limits).toEqual({ memory: '4Gi', cpu: '2', ephemeralStorage: '1Gi' })
  })

  test('an empty variable and an absent flag say nothing', () => {
    const settings = mergeSettings({
      env: { KRMPOD_NAMESPACE: '', KRMPOD_LOG: '' },
      flags: { namespace: undefined },
    })
    expect(settings.namespace).toBeUndefined()
    expect(settings.log).toBe('off')
  })

  test('variables of other names are somebody else’s', () => {
    const env = { KRMPOD_E2E_CONTEXT: 'x', KRMPOD_TEST_REGISTRY: 'y', KRMPOD_CONFIG: '/z', NAMESPACE: 'w' }
    expect(mergeSettings({ env })).toEqual(mergeSettings({}))
  })
})

describe('values of variables', () => {
  test.each([
    ['KRMPOD_NAMESPACE', 'functions', { namespace: 'functions' }],
    ['KRMPOD_CONTEXT', 'arn:aws:eks:eu-1:1:cluster/x', { context: 'arn:aws:eks:eu-1:1:cluster/x' }],
    ['KRMPOD_KUBECONFIG', './kind.yaml', { kubeconfig: './kind.yaml' }],
    ['KRMPOD_CREDENTIALS_CACHE', 'off', { credentials: { cache: 'off' } }],
    ['KRMPOD_DEADLINE', '10m', { deadlineMs: 600_000 }],
    ['KRMPOD_DEADLINE', '90s', { deadlineMs: 90_000 }],
    ['KRMPOD_DEADLINE', '1h30m', { deadlineMs: 5_400_000 }],
    ['KRMPOD_DEADLINE', '1.5h', { deadlineMs: 5_400_000 }],
    ['KRMPOD_DEADLINE', '1m500ms', { deadlineMs: 60_500 }],
    ['KRMPOD_CALLER_TIMEOUT', 'off', { callerTimeout: 'off' }],
    ['KRMPOD_CALLER_TIMEOUT', '3m', { callerTimeout: 180_000 }],
    ['KRMPOD_SWEEP', 'off', { sweep: 'off' }],
    ['KRMPOD_READ_ONLY_ROOT', 'true', { readOnlyRoot: true }],
    ['KRMPOD_USER_NOBODY', '1000:0', { user: { nobody: '1000:0' } }],
    ['KRMPOD_USER_NOBODY', 'namespace', { user: { nobody: 'namespace' } }],
    ['KRMPOD_RESOURCES_LIMITS_CPU', '2', { resources: { limits: { cpu: '2' } } }],
    [
      'KRMPOD_RESOURCES_LIMITS_EPHEMERAL_STORAGE',
      '1.5Gi',
      { resources: { limits: { ephemeralStorage: '1.5Gi' } } },
    ],
    ['KRMPOD_IMAGES_PULL_SECRETS', 'a, b.c', { images: { pullSecrets: ['a', 'b.c'] } }],
    ['KRMPOD_IMAGES_PULL_POLICY', 'Always', { images: { pullPolicy: 'Always' } }],
    ['KRMPOD_IMAGES_ALLOW', 'a/**, *:v1', { images: { allow: ['a/**', '*:v1'] } }],
    ['KRMPOD_IMAGES_REWRITE', 'a.io=b:5000/c', { images: { rewrite: [['a.io', 'b:5000/c']] } }],
    ['KRMPOD_ENV_ALLOW', 'HOME,APP_*', { env: { allow: ['HOME', 'APP_*'] } }],
    ['KRMPOD_SERVICE_ACCOUNT', 'fn', { serviceAccount: 'fn' }],
    ['KRMPOD_NODE_SELECTOR', 'a=b, c.io/d=', { nodeSelector: { a: 'b', 'c.io/d': '' } }],
    [
      'KRMPOD_TOLERATIONS',
      'a=b:NoSchedule,c',
      {
        tolerations: [
          { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
          { key: 'c', operator: 'Exists' },
        ],
      },
    ],
    ['KRMPOD_LABELS', 'team=a', { labels: { team: 'a' } }],
    ['KRMPOD_ANNOTATIONS', 'a.io/b=c=d', { annotations: { 'a.io/b': 'c=d' } }],
    ['KRMPOD_MOUNTS_RW', 'on', { mounts: { rw: 'on' } }],
    ['KRMPOD_MOUNTS_ALLOW', '/work, /srv/repos', { mounts: { allow: ['/work', '/srv/repos'] } }],
    ['KRMPOD_MOUNTS_VOLUMES', 'schemas,cache', { mounts: { volumes: ['schemas', 'cache'] } }],
    ['KRMPOD_MOUNTS_MAX_BYTES', '256Mi', { mounts: { maxBytes: 256 * 1024 ** 2 } }],
    ['KRMPOD_MOUNTS_MAX_FILES', '5000', { mounts: { maxFiles: 5000 } }],
    ['KRMPOD_CACHE_MAX_BYTES', '1Mi', { cache: { maxBytes: 1024 ** 2 } }],
    ['KRMPOD_CACHE_MAX_BYTES', 'off', { cache: { maxBytes: 'off' } }],
    ['KRMPOD_LANE', 'exec', { lane: 'exec' }],
    ['KRMPOD_HELPER_IMAGE', 'acme.io:5000/bb@sha256:00', { helper: { image: 'acme.io:5000/bb@sha256:00' } }],
    [
      'KRMPOD_REGISTRY_MIRRORS',
      'docker.io=https://a.b, *=http://c:5000/',
      {
        registry: {
          mirrors: [
            ['docker.io', 'https://a.b'],
            ['*', 'http://c:5000/'],
          ],
        },
      },
    ],
    ['KRMPOD_OUTPUT_MAX_BYTES', '1000000', { output: { maxBytes: 1_000_000 } }],
    ['KRMPOD_OUTPUT_MAX_BYTES', '512Mi', { output: { maxBytes: 512 * 1024 ** 2 } }],
    ['KRMPOD_OUTPUT_MAX_BYTES', '1k', { output: { maxBytes: 1000 } }],
    ['KRMPOD_OUTPUT_MAX_BYTES', '2e6', { output: { maxBytes: 2_000_000 } }],
    ['KRMPOD_OUTPUT_MAX_BYTES', '4000m', { output: { maxBytes: 4 } }],
    ['KRMPOD_NUDGE', 'off', { nudge: 'off' }],
    ['KRMPOD_PROOF', 'off', { proof: 'off' }],
    ['KRMPOD_LOG', 'debug', { log: 'debug' }],
  ])('%s=%s', (name, value, expected) => {
    expect(mergeSettings({ env: { [name]: value } })).toMatchObject(expected)
  })

  test.each([
    ['KRMPOD_NAMESPACE', 'Kube_System', 'namespace: expected the name of a namespace (a-z, 0-9 and dashes)'],
    ['KRMPOD_NAMESPACE', 'a'.repeat(64), 'namespace: expected the name of a namespace (a-z, 0-9 and dashes)'],
    ['KRMPOD_DEADLINE', '600', 'deadline: expected a duration from 1s to 168h, such as 10m or 1h30m'],
    ['KRMPOD_DEADLINE', '0s', 'deadline: expected a duration from 1s to 168h, such as 10m or 1h30m'],
    ['KRMPOD_DEADLINE', '10 m', 'deadline: expected a duration from 1s to 168h, such as 10m or 1h30m'],
    ['KRMPOD_DEADLINE', '200h', 'deadline: expected a duration from 1s to 168h, such as 10m or 1h30m'],
    ['KRMPOD_READ_ONLY_ROOT', 'yes', 'readOnlyRoot: expected true or false'],
    ['KRMPOD_USER_NOBODY', 'nobody', 'user.nobody: expected UID:GID in numbers, or namespace'],
    ['KRMPOD_USER_NOBODY', '1000', 'user.nobody: expected UID:GID in numbers, or namespace'],
    ['KRMPOD_NUDGE', 'on', 'nudge: expected auto or off'],
    [
      'KRMPOD_OUTPUT_MAX_BYTES',
      '0',
      'output.maxBytes: expected a size of at least one byte, such as 512Mi, 1Gi or 1000000',
    ],
    [
      'KRMPOD_OUTPUT_MAX_BYTES',
      '1m',
      'output.maxBytes: expected a size of at least one byte, such as 512Mi, 1Gi or 1000000',
    ],
    [
      'KRMPOD_OUTPUT_MAX_BYTES',
      '9E',
      'output.maxBytes: expected a size of at least one byte, such as 512Mi, 1Gi or 1000000',
    ],
    [
      'KRMPOD_OUTPUT_MAX_BYTES',
      '-1',
      'output.maxBytes: expected a size of at least one byte, such as 512Mi, 1Gi or 1000000',
    ],
    [
      'KRMPOD_RESOURCES_LIMITS_MEMORY',
      '1 GiB',
      'resources.limits.memory: expected a Kubernetes quantity, such as 64Mi, 1Gi or 250m',
    ],
    [
      'KRMPOD_IMAGES_PULL_SECRETS',
      'a,,b',
      'images.pullSecrets: expected names of Secrets, as a list or separated by commas',
    ],
    [
      'KRMPOD_IMAGES_ALLOW',
      'a b',
      'images.allow: expected names of images, where * stands for any characters but a slash and ** for any, as a list or separated by commas',
    ],
    [
      'KRMPOD_IMAGES_REWRITE',
      'ghcr.io/=x',
      'images.rewrite: expected a list of FROM=TO, such as ghcr.io=mirror.example.com/ghcr',
    ],
    [
      'KRMPOD_NODE_SELECTOR',
      'a=-',
      'nodeSelector: expected labels with their values, such as pool=functions',
    ],
    [
      'KRMPOD_LABELS',
      'krmpod.dev/network=open',
      "labels: expected labels with their values, such as team=platform, none of them krmpod's own",
    ],
    [
      'KRMPOD_ANNOTATIONS',
      'krmpod.dev/kept=true',
      "annotations: expected annotations with their values, such as example.com/cost-centre=42, none of them krmpod's own",
    ],
    [
      'KRMPOD_TOLERATIONS',
      'a=b:Never',
      "tolerations: expected tolerations as in a Pod's spec, or as `kubectl taint` names taints, such as dedicated=functions:NoSchedule",
    ],
    ['KRMPOD_MOUNTS_RW', 'true', 'mounts.rw: expected on or off'],
    [
      'KRMPOD_MOUNTS_ALLOW',
      '/work,repos',
      'mounts.allow: expected absolute paths of folders, as a list or separated by commas',
    ],
    [
      'KRMPOD_MOUNTS_VOLUMES',
      'My_Cache',
      'mounts.volumes: expected names of PersistentVolumeClaims, as a list or separated by commas',
    ],
    [
      'KRMPOD_CACHE_MAX_BYTES',
      '0',
      'cache.maxBytes: expected off, or a size of at least one byte, such as 512Mi, 1Gi or 1000000',
    ],
    ['KRMPOD_MOUNTS_MAX_FILES', '0', 'mounts.maxFiles: expected a whole number of at least one'],
    ['KRMPOD_MOUNTS_MAX_FILES', '1k', 'mounts.maxFiles: expected a whole number of at least one'],
  ])('%s=%s is refused', (name, value, message) => {
    expect(refusal({ env: { [name]: value } })).toBe(`${name}: ${message}, got ${JSON.stringify(value)}`)
  })

  test('a value that another source overrides has to be right, too', () => {
    const problem = refusal({ env: { KRMPOD_NUDGE: 'never' }, flags: { nudge: 'off' } })
    expect(problem).toBe('KRMPOD_NUDGE: nudge: expected auto or off, got "never"')
  })

  test('a long value is cut in the message', () => {
    expect(refusal({ flags: { log: 'x'.repeat(500) } })).toBe(
      `the command line: log: expected off or debug, got "${'x'.repeat(79)}…`,
    )
  })
})

describe('values of files', () => {
  async function settingsOf(text: string): Promise<unknown> {
    return mergeSettings({ files: [await parseSettingsFile({ path: FILE, text })] })
  }

  test.each([
    ['', {}],
    ['# nothing yet\n', {}],
    ['namespace:\nnudge: off', { nudge: 'off' }],
    ['readOnlyRoot: true', { readOnlyRoot: true }],
    ['output: {maxBytes: 1000}', { output: { maxBytes: 1000 } }],
    [
      'resources: {requests: {cpu: 1}, limits: {cpu: 0.5}}',
      { resources: { requests: { cpu: '1' }, limits: { cpu: '0.5' } } },
    ],
    ['images: {pullSecrets: [a, b]}', { images: { pullSecrets: ['a', 'b'] } }],
    ['images:\n  pullSecrets: a,b', { images: { pullSecrets: ['a', 'b'] } }],
    ['images: {allow: []}', { images: { allow: [] } }],
    ['nodeSelector: {pool: functions}', { nodeSelector: { pool: 'functions' } }],
    ['labels: {a.io/b: c}', { labels: { 'a.io/b': 'c' } }],
    [
      'tolerations: [{key: a, operator: Exists, tolerationSeconds: 5}, b=c]',
      {
        tolerations: [
          { key: 'a', operator: 'Exists', tolerationSeconds: 5 },
          { key: 'b', operator: 'Equal', value: 'c' },
        ],
      },
    ],
    ['mounts: {allow: [], maxFiles: 7}', { mounts: { allow: [], maxFiles: 7 } }],
    ['user.nobody: 1:2', { user: { nobody: '1:2' } }],
    ['kubeconfig: keys/kubeconfig', { kubeconfig: '/home/ann/.config/krmpod/keys/kubeconfig' }],
    ['kubeconfig: /etc/kubeconfig', { kubeconfig: '/etc/kubeconfig' }],
  ])('%j', async (text, expected) => {
    expect(await settingsOf(text)).toMatchObject(expected)
  })

  test.each([
    ['nudg: off', 'nudg: expected a known key, such as nudge, got an unknown one'],
    ['user:\n  nobdy: 1:2', 'user.nobdy: expected a known key, such as user.nobody, got an unknown one'],
    ['pullSecrets: [a]', 'pullSecrets: expected a known key, got an unknown one'],
    [
      'output: {maxbytes: 3}',
      'output.maxbytes: expected a known key, such as output.maxBytes, got an unknown one',
    ],
    ['__proto__: {nudge: off}', '__proto__: expected a known key, got an unknown one'],
    ['user: nobody', 'user: expected a mapping with nobody, got "nobody"'],
    [
      'resources: [1]',
      'resources: expected a mapping with requests.cpu, requests.memory, requests.ephemeralStorage, limits.cpu, limits.memory, limits.ephemeralStorage, got a list',
    ],
    ['namespace: 123', 'namespace: expected the name of a namespace (a-z, 0-9 and dashes), got 123'],
    ['namespace: {a: b}', 'namespace: expected the name of a namespace (a-z, 0-9 and dashes), got a mapping'],
    ['deadline: 600', 'deadline: expected a duration from 1s to 168h, such as 10m or 1h30m, got 600'],
    ['nudge: false', 'nudge: expected auto or off, got false'],
    ['- nudge', 'whole file: expected keys and values, got a list'],
    ['just words', 'whole file: expected keys and values, got "just words"'],
    [
      'nudge: off\nlog: [',
      'line 2: expected YAML, got Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['nudge: off\nnudge: auto', 'line 2: expected YAML, got Map keys must be unique'],
  ])('%j is refused', async (text, message) => {
    await expect(settingsOf(text)).rejects.toMatchObject({ code: 'SETTINGS', message: `${FILE}: ${message}` })
  })
})
