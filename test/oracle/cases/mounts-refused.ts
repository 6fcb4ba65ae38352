import { type Case, HERE } from '../case.ts'
import { readOnly, shell } from './argv.ts'

/** Docker makes it; it is removed when all is over. */
export const VOLUME = 'krmpod-oracle'

const FILES = { 'data/a': 'content\n' }
const SOURCE = `type=bind,source=${HERE}/data`

function refused(name: string, ...flags: readonly string[]): Case {
  return { name, argv: shell('echo out', flags), files: FILES, refused: true }
}

/** Each of them is the value of a `--mount`. */
const VALUES: readonly (readonly [name: string, value: string])[] = [
  ['nothing', ''],
  ['blanks', '  '],
  ['no type, and a path', `source=${HERE}/data,target=/data`],
  ['a type that is none', `type=nosuch,source=${HERE}/data,target=/data`],
  ['an empty type', `type=,source=${HERE}/data,target=/data`],
  ['a named pipe of Windows', String.raw`type=npipe,source=\\.\pipe\x,target=/data`],
  ['a volume of a cluster', 'type=cluster,source=x,target=/data'],
  ['no source', 'type=bind,target=/data'],
  ['an empty source', 'type=bind,source=,target=/data'],
  ['a source that is not there', `type=bind,source=${HERE}/nosuch,target=/data,readonly`],
  ['a source below a file', `type=bind,source=${HERE}/data/a/b,target=/data,readonly`],
  ['a source that is not absolute', 'type=bind,source=data,target=/data,readonly'],
  ['a source in the home', 'type=bind,source=~/data,target=/data,readonly'],
  ['no target', SOURCE],
  ['an empty target', `${SOURCE},target=`],
  ['a target that is not absolute', `${SOURCE},target=data,readonly`],
  ['the target /', `${SOURCE},target=/,readonly`],
  ['a target that comes to /', `${SOURCE},target=/data/..,readonly`],
  ['a target in /proc', `${SOURCE},target=/proc/x,readonly`],
  ['an unknown key', `${SOURCE},target=/data,nosuch=1`],
  ['an unknown key without a value', `${SOURCE},target=/data,nosuch`],
  ['rw, which is no key', `${SOURCE},target=/data,rw=true`],
  ['a key without its value', `${SOURCE},target`],
  ['a comma at the end', `${SOURCE},target=/data,readonly,`],
  ['a blank before a key', `${SOURCE}, target=/data,readonly`],
  ['a blank before a value', `${SOURCE},target= /data,readonly`],
  ['readonly that is no boolean', `${SOURCE},target=/data,readonly=yes`],
  ['a quote inside', `type=bind,source=${HERE}/"data",target=/data`],
  ['a quote that does not end', `"${SOURCE},target=/data`],
  ['something behind a quote', `"${SOURCE}"x,target=/data`],
  ['a propagation that is none', `${SOURCE},target=/data,readonly,bind-propagation=wide`],
  ['a key of volumes', `${SOURCE},target=/data,readonly,volume-nocopy`],
  ['a size of a bind mount', `${SOURCE},target=/data,readonly,tmpfs-size=1m`],
  ['a size that is none', 'type=tmpfs,target=/data,tmpfs-size=much'],
  ['a mode that is none', 'type=tmpfs,target=/data,tmpfs-mode=9'],
  ['a volume with a name that is none', 'type=volume,source=a/b,target=/data'],
]

const BY_BOTH: readonly Case[] = [
  ...VALUES.map(([name, value]) => refused(name, '--mount', value)),
  ...[
    'a:b:c:d',
    `${HERE}/data:`,
    `${HERE}/data:data:ro`,
    `${HERE}/data:/:ro`,
    `${HERE}/data:/data:readonly`,
    `${HERE}/data:/data:ro,rw`,
    '/data:ro',
  ].map((value) => refused(`-v '${value}'`, '-v', value)),
  ...['', 'data', '/', '/data:size=much', '/data:nosuch'].map((value) =>
    refused(`--tmpfs '${value}'`, '--tmpfs', value),
  ),
  refused('the same target twice', ...readOnly('data', '/x'), ...readOnly('data', '/x/')),
  refused('the same target with -v', '-v', `${HERE}/data:/x:ro`, '-v', `${HERE}:/x:ro`),
  refused('the same target as a tmpfs', '-v', `${HERE}/data:/x:ro`, '--tmpfs', '/x'),
  refused('a place that has to be made in what is read-only', ...readOnly('data', '/x'), '--tmpfs', '/x/y'),
  refused('a folder over a file of the image', ...readOnly('data', '/etc/passwd')),
  refused('a file over a folder of the image', ...readOnly('data/a', '/etc')),
]

/** What a Pod cannot do, or must not without a setting. */
const BY_KRMPOD: readonly Case[] = [
  ...[
    `${SOURCE},target=/data,readonly,bind-nonrecursive`,
    `${SOURCE},target=/data:x,readonly`,
    `${SOURCE},target=/.krmpod/x,readonly`,
    'type=volume,target=/data,volume-opt=type=tmpfs,volume-opt=device=tmpfs',
  ].map((value) => ({ value, key: 'refused-flags' })),
  { value: `${SOURCE},target=/data`, key: 'writable-mounts' },
  { value: `type=volume,source=${VOLUME},target=/data`, key: 'named-volumes' },
].map(({ value, key }) => ({
  name: value,
  argv: shell('echo out', ['--mount', value]),
  files: FILES,
  differs: { key, in: ['exitCode', 'stdout', 'stderr'] },
}))

/** What kustomize makes of mounts that are not bind mounts. */
const BY_DOCKER: readonly Case[] = [
  {
    ...refused('a tmpfs with a source', '--mount', `type=tmpfs,source=${HERE}/data,target=/data`),
    differs: { key: 'joined-sources', in: ['exitCode', 'stdout', 'stderr'] },
  },
]

export const MOUNTS_REFUSED: readonly Case[] = [...BY_BOTH, ...BY_KRMPOD, ...BY_DOCKER]
