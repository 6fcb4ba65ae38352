import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fixture, testNamespace } from './support/cluster.ts'
import { docker } from './support/docker.ts'

vi.setConfig({ testTimeout: 600_000 })

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(async () => {
  expect(await space.pods()).toEqual([])
  await space[Symbol.asyncDispose]()
})

// What goes right once may do so by luck.
async function tenTimes(words: readonly string[], [input, stdout]: readonly [Buffer, Buffer]): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const ended = await docker(['run', '--network', 'none', ...words], { namespace: space.name, input })
    // Byte by byte, an assertion of 3 MB would take longer than all ten runs.
    const isExact = ended.stdout.equals(stdout)
    expect({ round, ...ended, stdout: isExact }).toEqual({ round, exitCode: 0, stdout: true, stderr: '' })
  }
}

test.each([0, 1, 100_000, 3_000_000])('%i bytes in and out, ten times', async (size) => {
  const bytes = randomBytes(size)
  await tenTimes(['-i', fixture('cat')], [bytes, bytes])
})

test('a function that speaks before anybody can attach, ten times', async () => {
  await tenTimes([fixture('probe'), 'stdout=early\\n'], [Buffer.alloc(0), Buffer.from('early\n')])
})
