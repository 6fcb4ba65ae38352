import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { Pool } from '../../src/build/pool.ts'
import type { Start } from '../../src/build/started-run.ts'
import { RunError } from '../../src/errors/run-error.ts'
import { Starts } from './started.ts'

const reason = new RunError('INTERRUPTED', { by: 'the test' })

function poolOf({ ahead = 8, pauseMs = 0, start }: { ahead?: number; pauseMs?: number; start?: Start } = {}) {
  const starts = new Starts()
  const clock = { ms: 0 }
  const late: string[] = []
  const pool = new Pool({
    prepare: ({ words: [name = ''] }) => (name === 'bad' ? undefined : starts.prepared(name, start)),
    ahead,
    pauseMs,
    now: () => clock.ms,
    onLateWords: (words) => late.push(Buffer.from(words).toString()),
  })
  return { pool, starts, clock, late, take: (name: string) => pool.take({ words: [name] }) }
}

test('what is expected starts at once, as many as may wait, and the next when one is claimed', async () => {
  const { pool, starts, take } = poolOf({ ahead: 2 })
  pool.expect([['a'], ['b'], ['c']])
  expect(starts.names).toEqual(['a', 'b'])
  const run = take('a')
  expect(starts.names).toEqual(['a', 'b', 'c'])
  run?.stdin.end('in')
  expect(run && (await text(run.stdout))).toBe('in')
  expect(await run?.exitCode).toBe(3)
  await pool.close(reason)
})

test('those that nobody has asked for start one after the other, and one that is asked for at once', async () => {
  const { pool, starts, take } = poolOf({ pauseMs: 20 })
  pool.expect([['network'], ['a'], ['b'], ['c'], ['d']])
  expect(starts.names).toEqual(['a'])
  take('c')
  expect(starts.names).toEqual(['a', 'c'])
  await expect.poll(() => starts.names).toEqual(['a', 'c', 'b', 'd'])
  await pool.close(reason)
})

test('without room for what somebody waits for, a pause that ends starts nothing', async () => {
  const { pool, starts, take } = poolOf({ pauseMs: 20 })
  pool.expect([['a'], ['b']])
  take('a')
  starts.worlds[0]?.world.onHeldUp()
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(starts.names).toEqual(['a'])
  await pool.close(reason)
})

test('a pool that was closed starts none of those that are left', async () => {
  const { pool, starts } = poolOf({ pauseMs: 20 })
  pool.expect([['a'], ['b']])
  await pool.close(reason)
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(starts.names).toEqual(['a'])
})

test('a run is claimed once: the second call of the same words has another', async () => {
  const { pool, starts, take } = poolOf()
  pool.expect([['a'], ['a']])
  const runs = [take('a'), take('a'), take('a')]
  expect(new Set(runs).size).toBe(3)
  expect(starts.names).toEqual(['a', 'a', 'a'])
  await pool.close(reason)
})

test('calls that came before the prediction are not started again', async () => {
  const { pool, starts, take } = poolOf()
  take('a')
  pool.expect([['a'], ['b'], ['a']])
  expect(starts.names).toEqual(['a', 'b', 'a'])
  await pool.close(reason)
})

test('one that was expected and not started yet is not started twice', async () => {
  const { pool, starts, take } = poolOf({ ahead: 1 })
  pool.expect([['a'], ['b']])
  take('b')
  take('a')
  expect(starts.names).toEqual(['a', 'b'])
  await pool.close(reason)
})

test('functions with a network are never started ahead', async () => {
  const { pool, starts, take } = poolOf()
  pool.expect([['network'], ['a'], ['bad']])
  expect(starts.names).toEqual(['a'])
  expect(take('network')).toBeDefined()
  expect(take('bad')).toBeUndefined()
  await pool.close(reason)
})

test('one that failed while it waited is run again', async () => {
  const { pool, starts, take } = poolOf({ start: () => Promise.reject(new RunError('NO_IMAGE', undefined)) })
  pool.expect([['a']])
  await new Promise((resolve) => setImmediate(resolve))
  take('a')
  expect(starts.names).toEqual(['a', 'a'])
  await pool.close(reason)
})

test('one that waited for more than a tenth of its time is not used, and ended', async () => {
  const { pool, starts, clock, take } = poolOf()
  pool.expect([['a'], ['b']])
  clock.ms = 100
  take('a')
  clock.ms = 101
  take('b')
  expect(starts.names).toEqual(['a', 'b', 'b'])
  expect(starts.worlds.map(({ world }) => world.interrupted.aborted)).toEqual([false, true, false])
  await pool.close(reason)
})

test.each(['before', 'after'])(
  'a claimed run without room ends those that wait (%s the claim)',
  async (when) => {
    const { pool, starts, take } = poolOf({ ahead: 2 })
    pool.expect([['a'], ['b'], ['c']])
    const [first] = starts.worlds
    if (when === 'before') first?.world.onHeldUp()
    take('a')
    if (when === 'after') first?.world.onHeldUp()
    const going = starts.worlds.filter(({ world }) => !world.interrupted.aborted).map(({ name }) => name)
    expect(going).toEqual(['a'])
    take('c')
    expect(starts.worlds.filter(({ world }) => !world.interrupted.aborted).map(({ name }) => name)).toEqual([
      'a',
      'c',
    ])
    await pool.close(reason)
  },
)

test('one that waits for its docker and for room disturbs nobody', async () => {
  const { pool, starts } = poolOf()
  pool.expect([['a'], ['b']])
  starts.worlds[0]?.world.onHeldUp()
  expect(starts.worlds.map(({ world }) => world.interrupted.aborted)).toEqual([false, false])
  await pool.close(reason)
})

test('closing ends every run, and whatever comes later gets the reason', async () => {
  const { pool, starts, take } = poolOf()
  pool.expect([['a'], ['b']])
  const claimed = take('a')
  await pool.close(reason)
  expect(starts.worlds.map(({ world }) => world.interrupted.reason as unknown)).toEqual([reason, reason])
  expect(await claimed?.exitCode).toBe(125)
  expect(claimed && (await text(claimed.stderr))).toContain('interrupted: the test')
  const late = take('a')
  expect(await late?.exitCode).toBe(125)
  pool.expect([['c']])
  expect(starts.names).toEqual(['a', 'b'])
})

test('a result does not wait for the cleaning up, but closing does; what is said meanwhile is not lost', async () => {
  const cleaned = { resolve: (): void => undefined }
  let wasInterrupted = false
  const { pool, late, take } = poolOf({
    start: async ({ stderr, interrupted, onResult }) => {
      interrupted.addEventListener('abort', () => (wasInterrupted = true))
      onResult(0)
      await new Promise<void>((resolve) => (cleaned.resolve = resolve))
      stderr.write('a Pod is left')
    },
  })
  const run = take('a')
  expect(await run?.exitCode).toBe(0)
  let isClosed = false
  const closing = pool.close(reason).then(() => (isClosed = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(isClosed).toBe(false)
  cleaned.resolve()
  await closing
  expect(late).toEqual(['a Pod is left'])
  expect(run?.hasFailed).toBe(false)
  expect(wasInterrupted, 'it goes on with the cleaning up').toBe(false)
})

test('a docker that has left, and what its function still says, are no trouble of the build', async () => {
  const start: Start = async ({ stderr, interrupted }) => {
    await once(interrupted, 'abort')
    stderr.write('said before\n')
    await new Promise((resolve) => setTimeout(resolve, 10))
    throw interrupted.reason
  }
  const { pool, take } = poolOf({ start })
  const run = take('a')
  run?.stderr.destroy()
  run?.abort(reason)
  expect(await run?.exitCode).toBe(reason.exit)
  await run?.over
  await pool.close(reason)
})
