import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const DIST = join(import.meta.dirname, '../../dist')

/** What Node opens for these files of dist, without their hashes. */
function loaded(...entries: readonly string[]): readonly string[] {
  const files = new Set<string>()
  const load = (path: string): void => {
    if (files.has(path)) return
    files.add(path)
    // A lazy import has a parenthesis.
    for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(/(?:from|import)"(\.[^"]+)"/g))
      load(join(dirname(path), name))
  }
  for (const entry of entries) load(pathOf(entry))
  return [...files].map(stem).toSorted()
}

function pathOf(name: string): string {
  const chunk = readdirSync(join(DIST, 'chunks')).find((file) => stem(file) === name)
  return chunk === undefined ? join(DIST, `${name}.js`) : join(DIST, 'chunks', chunk)
}

function stem(path: string): string {
  return basename(path, '.js').replace(/-[A-Z0-9]{8}$/, '')
}

test('a kept result is found without what speaks to the cluster', () => {
  expect(loaded('docker', 'docker-command', 'recall')).toEqual([
    'docker',
    'docker-command',
    'hit',
    'recall',
    'run-and-hit',
    'run-and-hit-and-messenger',
  ])
})

test('a docker below krmpod build loads nothing of a run', () => {
  expect(loaded('docker', 'run-in-build')).toEqual([
    'docker',
    'messenger',
    'run-and-hit-and-messenger',
    'run-in-build',
  ])
})

test('docker run does with few files', () => {
  expect(loaded('docker', 'docker-command', 'run-in-cluster', 'cluster')).toEqual([
    'cluster',
    'docker',
    'docker-command',
    'run',
    'run-and-hit',
    'run-and-hit-and-messenger',
    'run-in-cluster',
  ])
})
