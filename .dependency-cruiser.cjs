// The rooms, in import order: a room may import only from rooms above it.
const ROOMS = [
  'errors',
  'kube',
  'isolation',
  'rights',
  'argv',
  'settings',
  'request',
  'plan',
  'install',
  'result',
  'mounts',
  'streams',
  'cluster',
  'standby',
  'session',
  'run',
  'cache',
  'gc',
  'doctor',
  'build',
  'cli',
  'start',
]
const PURE = [
  'errors',
  'kube',
  'isolation',
  'rights',
  'argv',
  'settings',
  'request',
  'plan',
  'install',
  'result',
]

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...ROOMS.slice(0, -1).map((room, index) => ({
      name: `${room}-imports-upwards-only`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: {
        path: ROOMS.slice(index + 1)
          .map((later) => `^src/${later}/`)
          .join('|'),
      },
    })),
    {
      name: 'pure-rooms-have-no-effects',
      comment: 'planning is pure: no disk, no network, no process, directly or through a helper',
      severity: 'error',
      from: { path: PURE.map((room) => `^src/${room}/`).join('|') },
      to: {
        reachable: true,
        path: '^(node:)?(fs|fs/promises|net|http|https|tls|child_process|os|process)$|node_modules/ws/',
      },
    },
    {
      name: 'manifest-types-through-one-door',
      comment: 'types alone, through src/kube/types.ts: the library takes half a second to load',
      severity: 'error',
      from: { path: '^src/kube/types' },
      to: { path: 'node_modules/@kubernetes/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'not-to-dev-folders',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|fixtures)/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
