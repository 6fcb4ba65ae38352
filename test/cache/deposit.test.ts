import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { deposit } from '../../src/cache/deposit.ts'
import { findResult } from '../../src/cache/find-result.ts'
import type { Released } from '../../src/run/host.ts'
import { Spool } from '../../src/streams/spool.ts'
import { keyFor, texts } from './support/kept.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'krmpod-cache-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function spool(text: string): Spool {
  const all = new Spool(dir)
  all.write(Buffer.from(text))
  return all
}

function released({ stderr = spool(''), changes = {} } = {}): Released {
  const stdout = spool('out')
  stdout.end()
  const before = { stdout: Buffer.from('early '), stderr: Buffer.from('early words') }
  const output = { stdout, stderr: { bytes: stderr.bytes }, before, ...changes }
  const exit = { code: 0, reason: 'Completed' }
  const result = { exitCode: 0, reason: 'Completed', stdoutBytes: stdout.bytes, stderrBytes: stderr.bytes }
  return { output, exit, result, stderr }
}

async function keep(what: Released): Promise<readonly string[]> {
  const notes: string[] = []
  const place = { dir, maxBytes: 1_000_000 }
  await deposit(keyFor('a'), { place, note: (text) => notes.push(text) }).onReleased?.(what)
  return notes
}

test('the streams are kept in the order in which the caller got them, early output and all', async () => {
  const stderr = spool('said ')
  stderr.end()
  expect(await keep(released({ stderr }))).toEqual([`cache: kept: ${keyFor('a')}`])
  expect(texts(findResult({ dir }, keyFor('a')))).toEqual(['said early words', 'early out'])
})

test('a caller that has its answer does not wait for a disk that hangs', async () => {
  const slow = released({ stderr: spool('said ') })
  expect(await keep(slow)).toEqual(['cache: not kept: the disk takes too long'])
  expect(readdirSync(dir)).toHaveLength(1)
  // The run lets go of its streams; what was being written is not whole, and goes.
  for (const stream of [slow.output.stdout, slow.stderr]) stream.close()
  while (readdirSync(dir).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(findResult({ dir }, keyFor('a'))).toBeUndefined()
})

test('what has changed files of the caller is not kept', async () => {
  const stderr = spool('')
  stderr.end()
  const changes = { changes: { trees: [] } as unknown as NonNullable<Released['output']['changes']> }
  expect(await keep(released({ stderr, changes }))).toEqual([
    'cache: not kept: the function has changed files',
  ])
})
