import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'

const CHUNKS = join(import.meta.dirname, '../../dist/cli')

/** What a program loads at once for these files of dist/cli, without their hashes. */
function loaded(...entries: readonly string[]): readonly string[] {
  const files = new Set<string>()
  const load = (path: string): void => {
    if (files.has(path)) return
    files.add(path)
    // A lazy one is in a function.
    for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(
      /(?<!=>(?:__toESM\()?)require\("\.\/([^"]+)"\)/g,
    ))
      load(join(CHUNKS, name))
  }
  for (const entry of entries) load(pathOf(entry))
  return [...files].map(stem).toSorted()
}

function pathOf(name: string): string {
  const chunk = readdirSync(CHUNKS).find((file) => stem(file) === name)
  if (chunk === undefined) throw new Error(`there is no ${name} in dist/cli`)
  return join(CHUNKS, chunk)
}

function stem(path: string): string {
  return basename(path, '.cjs').replace(/-[A-Z0-9]{8}$/, '')
}

test('a kept result is found without what speaks to the cluster', () => {
  expect(loaded('docker', 'docker-command', 'recall')).toEqual([
    'always',
    'connect-and-whole-run-and-hit',
    'docker',
    'docker-command',
    'hit',
    'recall',
    'whole-run-and-hit',
    'whole-run-and-hit-and-messenger',
  ])
})

test('a docker below krmpod build loads nothing of a run', () => {
  expect(loaded('docker', 'run-in-build')).toEqual([
    'always',
    'docker',
    'messenger',
    'run-in-build',
    'whole-run-and-hit-and-messenger',
  ])
})

test('docker run opens its connections before it loads the rest', () => {
  const first = ['docker', 'docker-command', 'run-in-cluster', 'cluster']
  const files = [
    'always',
    'cluster',
    'connect-and-whole-run',
    'connect-and-whole-run-and-hit',
    'docker',
    'docker-command',
    'run-in-cluster',
  ]
  const rest = ['run', 'whole-run', 'whole-run-and-hit', 'whole-run-and-hit-and-messenger']
  expect(loaded(...first)).toEqual(files)
  expect(loaded(...first, 'run')).toEqual([...files, ...rest].toSorted())
})
