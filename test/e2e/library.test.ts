import { join } from 'node:path'
import { execaNode } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, testNamespace } from './support/cluster.ts'

const PROGRAM = join(import.meta.dirname, 'support/library.mjs')
/** Of a program that has nothing left to do, and no reason to stay. */
const LIMIT_MS = 60_000

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())

/** What a program of its own learns from `runFunction`, and that it ends by itself. */
async function learned(argv: readonly string[], endAfterMs?: number): Promise<unknown> {
  const { stdout, stderr, exitCode, timedOut } = await execaNode({
    env: { KRMPOD_NAMESPACE: space.name },
    timeout: LIMIT_MS,
    reject: false,
  })(PROGRAM, [JSON.stringify({ argv, input: 'in\n', endAfterMs })])
  expect({ stderr, exitCode, timedOut }).toEqual({ stderr: '', exitCode: 0, timedOut: false })
  return JSON.parse(stdout)
}

test.concurrent('a function answers, and the program that asked ends by itself', async () => {
  const argv = ['-i', '--network', 'none', fixture('cat')]
  expect(await learned(argv)).toEqual({ exitCode: 0, stdout: 'in\n', stderr: '' })
})

test.concurrent('a function that fails is a result', async () => {
  const argv = ['-i', '-e', 'CODE=4', '-e', 'STDOUT=out', '-e', 'STDERR=err', fixture('fail')]
  expect(await learned(argv)).toEqual({ exitCode: 4, stdout: 'out', stderr: 'err' })
})

test.concurrent.each([
  [[], { code: 'NO_IMAGE', exit: 1 }],
  [['-i', '--nonsense', 'image'], { code: 'USAGE', exit: 125 }],
  [[fixture('no-such-function')], { code: 'IMAGE_PULL', exit: 125 }],
])('what is no result is a RunError: %j', async (argv, error) => {
  expect(await learned(argv)).toEqual(error)
})

test('a caller that has had enough is told so, and no Pod stays', async () => {
  const argv = ['-i', fixture('hang')]
  expect(await learned(argv, 3_000)).toMatchObject({ code: 'INTERRUPTED' })
  await expect.poll(space.staying).toEqual([])
})
