import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'krmpod-edge-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A program whose whole command is this expression. */
async function program(command: string): Promise<{ exitCode?: number | undefined; stderr: string }> {
  const outfile = join(folder, 'program.cjs')
  const contents = `import { runToExit } from './edge.ts'; void runToExit(${command})`
  await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, '../../src/cli') },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
  })
  return execa({ reject: false })(process.execPath, [outfile])
}

test("a command's number is the program's", async () => {
  expect(await program('async () => 7')).toMatchObject({ exitCode: 7, stderr: '' })
})

test.each([
  ['a command', 'async () => { throw new Error("oops") }'],
  [
    'something that nobody waits for',
    '() => new Promise(() => setTimeout(() => { throw new Error("oops") }))',
  ],
  ['a promise that nobody waits for', '() => new Promise(() => void Promise.reject(new Error("oops")))'],
])('%s that throws is one reason, and 125', async (_what, command) => {
  const { exitCode, stderr } = await program(command)
  expect(exitCode).toBe(125)
  expect(stderr).toMatch(
    /^docker: unexpected error: oops\.\nThis is a bug [^\n]*\n\(KRMPOD_INTERNAL; [^\n]*$/,
  )
})

test('what is thrown after the result, while stderr is still being flushed, changes nothing of it', async () => {
  const slowly = 'process.stderr.write = (_text, done) => { setTimeout(late); setTimeout(done, 100) }'
  const late = 'const late = () => { throw new Error("late") }'
  expect(await program(`async () => { ${late}; ${slowly}; return 7 }`)).toMatchObject({ exitCode: 7 })
})

test('a command that would never end, and waits for nothing, has not succeeded', async () => {
  const { exitCode, stderr } = await program('() => new Promise(() => undefined)')
  expect(exitCode).toBe(125)
  expect(stderr).toMatch(/^docker: .*has not ended/)
})
