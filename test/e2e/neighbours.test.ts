import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, image, testNamespace } from './support/cluster.ts'
import { docker, type Ended } from './support/docker.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(async () => {
  expect(await space.pods()).toEqual([])
  await space[Symbol.asyncDispose]()
})

function ask(...words: readonly string[]): Promise<Ended> {
  return docker(words, { namespace: space.name })
}

describe("the other words of kustomize's neighbours", () => {
  test('version, as kpt asks for it', async () => {
    const { exitCode, stdout } = await ask('version', '--format', '{{.Client.Version}}')
    expect(exitCode).toBe(0)
    expect(stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test.each([
    [['version'], 0, /^Client: krmpod/],
    [['--version'], 0, /^Docker version /],
    [['image', 'ls', '--filter', 'reference=x/y', '--format', '{{ .Tag }}'], 0, /^$/],
    [['images'], 0, /^REPOSITORY/],
    [['image', 'inspect', 'x/y:v1'], 1, /^\[\]\n$/],
  ])('%j: exit %i', async (words, code, stdout) => {
    const ended = await ask(...words)
    expect(ended.exitCode).toBe(code)
    expect(ended.stdout.toString()).toMatch(stdout)
  })

  test.each([['image', 'pull'], ['pull']])('%s %s asks the cluster for the image', async (...words) => {
    const { exitCode, stdout, stderr } = await ask(...words, fixture('cat'))
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout.toString()).toContain(fixture('cat'))
  })

  test('pull fails on an image that is not there', async () => {
    const { exitCode, stdout, stderr } = await ask('pull', image('krmpod/no-such:v1'))
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toMatch(/cannot pull .*not found/)
  })

  test.each([['ps'], ['build'], ['exec'], ['login'], ['info']])(
    '%s is refused, naming what is supported',
    async (word) => {
      const { exitCode, stdout, stderr } = await ask(word)
      expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 1, stdout: '' })
      expect(stderr).toMatch(/^docker: .*run, container run/)
    },
  )
})
