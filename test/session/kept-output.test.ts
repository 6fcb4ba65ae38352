import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { KeptOutput } from '../../src/session/kept-output.ts'
import type { Target } from '../../src/session/target.ts'

test('what comes after the output was judged is not passed on', async () => {
  const plan = { maxStderrBytes: 100, maxOutputBytes: 100 }
  const kept = new KeptOutput({ plan, stop: () => undefined } as unknown as Target, tmpdir())
  kept.sinks.stdout(Buffer.from('judged'))
  kept.seal()
  kept.sinks.stdout(Buffer.from(', and more'))
  kept.sinks.stderr(Buffer.from('late'))
  const heard: Uint8Array[] = []
  for await (const chunk of kept.stdout.read()) heard.push(chunk)
  expect(Buffer.concat(heard).toString()).toBe('judged')
  expect([kept.stdout.bytes, kept.stderr.bytes]).toEqual([6, 0])
})
