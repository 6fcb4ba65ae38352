import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { Arrived } from '../../src/session/arrived.ts'
import { PodObserver } from '../../src/session/pod-observer.ts'
import type { Target } from '../../src/session/target.ts'

/** What the container's log says. */
function arrivedOf(log: string): Arrived {
  const plan = {
    namespace: 'functions',
    pod: { metadata: { name: 'one' } },
    proof: true,
    maxStderrBytes: 100,
    maxOutputBytes: 100,
  }
  const api = { bytes: () => Promise.resolve(Buffer.from(log)) }
  const { signal } = new AbortController()
  const target = { api, plan, signal } as unknown as Target
  return new Arrived(target, new PodObserver({ container: 'function', signal }), tmpdir())
}

test('what comes after the output was proven is not passed on', async () => {
  const arrived = arrivedOf('judged\n')
  arrived.sinks.stdout(Buffer.from('judged\n'))
  expect(await arrived.prove()).toMatchObject({ kind: 'whole' })
  arrived.sinks.stdout(Buffer.from('and more\n'))
  arrived.sinks.stderr(Buffer.from('late\n'))
  const { stdout, stderr } = arrived.kept
  expect([stdout.slice(0).toString(), stderr.bytes]).toEqual(['judged\n', 0])
})

test('what comes while it is not proven yet belongs to it', async () => {
  const arrived = arrivedOf('first\nsecond\n')
  arrived.sinks.stdout(Buffer.from('first\n'))
  const proving = arrived.prove()
  setTimeout(() => arrived.sinks.stdout(Buffer.from('second\n')), 50)
  expect(await proving).toMatchObject({ kind: 'whole', before: Buffer.alloc(0) })
  expect(arrived.kept.stdout.slice(0).toString()).toBe('first\nsecond\n')
})
