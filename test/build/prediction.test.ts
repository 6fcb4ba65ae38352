import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { environmentDigest } from '../../src/build/address.ts'
import { readBuildFlags } from '../../src/build/build-flags.ts'
import { dockerWords } from '../../src/build/docker-words.ts'
import { predict } from '../../src/build/predict.ts'
import { isPureCall } from '../../src/build/pure-call.ts'

const NO_FLAGS = { env: [], mounts: [], network: false, asCurrentUser: false }
const SPEC = { image: 'IMG', network: false, mounts: [], envs: [] }
const PLACE = { root: '/repo/base', flags: NO_FLAGS, user: '1000:1000' }

test('the words of a function without wishes', () => {
  expect(dockerWords(SPEC, PLACE)?.join(' ')).toBe(
    'run --rm -i -a STDIN -a STDOUT -a STDERR --network none --user nobody --security-opt=no-new-privileges ' +
      '-e LOG_TO_STDERR=true -e STRUCTURED_RESULTS=true IMG',
  )
})

test.each([
  ['a network that was not allowed', { network: true }],
  ['an absolute mount', { mounts: [{ type: 'bind', src: '/etc', dst: '/x', rw: false }] }],
  ['a mount outside', { mounts: [{ type: 'bind', src: 'a/../../x', dst: '/x', rw: false }] }],
])('kustomize refuses %s, so nothing is foreseen', (_what, wish) => {
  expect(dockerWords({ ...SPEC, ...wish }, PLACE)).toBeUndefined()
})

test.each([
  [['DIR']],
  [['--enable-alpha-plugins=false', 'DIR']],
  [['--enable-alpha-plugins', 'DIR', 'OTHER']],
  [['--enable-alpha-plugins', '--of-a-later-kustomize', 'DIR']],
  [['--enable-alpha-plugins', '--env']],
])('nothing is foreseen of kustomize build %j', (words) => {
  expect(readBuildFlags(words)).toBeUndefined()
})

describe('files that a function may change are sent to no other before', () => {
  const mount = { type: 'bind', src: 'files', dst: '/files' }
  test.each([
    { by: 'nobody', flags: [], containers: [{ mounts: [mount] }, {}], ahead: ['IMG0', 'IMG1'] },
    {
      by: 'a function',
      flags: [],
      containers: [{ mounts: [mount] }, { mounts: [{ ...mount, rw: true }] }, {}],
      ahead: ['IMG2'],
    },
    { by: 'programs', flags: ['--enable-exec'], containers: [{ mounts: [mount] }, {}], ahead: ['IMG1'] },
    { by: 'a chart', flags: ['--enable-helm'], containers: [{ mounts: [mount] }, {}], ahead: ['IMG1'] },
    {
      by: 'every function',
      flags: ['--mount', 'type=bind,src=x,dst=/x,rw=true'],
      containers: [{}, {}],
      ahead: [],
    },
  ])('changed by $by', async ({ flags, containers, ahead }) => {
    const folder = await mkdtemp(join(tmpdir(), 'krmpod-predict-'))
    const transformers = containers.map((container, index) => {
      const spec = JSON.stringify({ container: { image: `IMG${index}`, ...container } })
      return JSON.stringify({
        metadata: { name: 'x', annotations: { 'config.kubernetes.io/function': spec } },
      })
    })
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify({ transformers }))
    const calls = await predict(['--enable-alpha-plugins', ...flags, folder])
    expect(calls.map((words) => words.at(-1))).toEqual(ahead)
    await rm(folder, { recursive: true })
  })
})

test.each([
  ['--network none', true],
  ['--network none --mount type=bind,source=/a,target=/b,readonly', true],
  ['--network none --mount type=bind,source=/a,target=/b', false],
  ['--network none -v /a:/b', false],
  ['--network host', false],
  ['', false],
])('a call with %j may run twice: %s', (flags, isPure) => {
  expect(isPureCall(['run', '-i', ...flags.split(' ').filter(Boolean), 'IMG'])).toBe(isPure)
})

describe('two environments are the same', () => {
  const env = { HOME: '/home/me', KRMPOD_NAMESPACE: 'functions' }
  test.each([
    ['in another order', { KRMPOD_NAMESPACE: 'functions', HOME: '/home/me' }, true],
    ['with what every process has of its own', { ...env, PWD: '/x', SHLVL: '3', KRMPOD_CALLER: '1:2' }, true],
    ['with a variable more', { ...env, SECRET: 'x' }, false],
    ['with another value', { ...env, HOME: '/home/other' }, false],
    ['with a value that only looks alike', { 'HOME","/home': 'me', KRMPOD_NAMESPACE: 'functions' }, false],
  ])('%s', (_what, other, isSame) => {
    expect(environmentDigest(other) === environmentDigest(env)).toBe(isSame)
  })
})
