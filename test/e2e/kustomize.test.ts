import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testNamespace } from './support/cluster.ts'
import { build } from './support/kustomize.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())

describe('kustomize build, unmodified, with krmpod as docker', () => {
  afterEach(async () => {
    expect(await space.pods(), 'no Pod is left').toEqual([])
  })

  test('a transformer changes every object', async () => {
    const { exitCode, objects } = await build('transformer', { namespace: space.name })
    expect(exitCode).toBe(0)
    expect(objects.length).toBeGreaterThan(1)
    expect(objects.map(({ metadata }) => metadata.labels?.['team'])).toEqual(objects.map(() => 'shop'))
  })

  test.each(['generator', 'generator-early'])('a generator adds its object (%s)', async (name) => {
    const { exitCode, objects, stderr } = await build(name, { namespace: space.name })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) as string })
    expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual(['ConfigMap/greeting'])
  })

  test('a validator that agrees lets the build through', async () => {
    const { exitCode, objects } = await build('validator', { namespace: space.name })
    expect(exitCode).toBe(0)
    expect(objects.map(({ kind }) => kind)).toContain('Deployment')
  })

  test('a validator that objects fails the build with its own words and results', async () => {
    const { exitCode, stdout, stderr } = await build('validator-objects', { namespace: space.name })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('spec.replicas')
    expect(stderr).toContain('exit status 1')
  })

  test('two functions in one build work one after the other', async () => {
    const { exitCode, objects } = await build('two-functions', { namespace: space.name })
    expect(exitCode).toBe(0)
    for (const { metadata } of objects) {
      expect(metadata).toMatchObject({ namespace: 'shop-staging', labels: { team: 'shop' } })
    }
  })

  test("functions nobody here wrote: kyaml's example, and one on npm's kpt-functions", async () => {
    const { exitCode, objects } = await build('third-party', { namespace: space.name })
    expect(exitCode).toBe(0)
    expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toContain('ServiceAccount/web')
    expect(objects.every(({ metadata }) => metadata.annotations?.['example.com/owner'] === 'shop')).toBe(true)
  })

  test('envs: own, empty, from the caller, unset there, overridden by kustomize, and never expanded', async () => {
    const env = { FROM_CALLER: 'secret $(PLAIN) $$ value' }
    const { exitCode, objects } = await build('envs', { namespace: space.name, env })
    expect(exitCode).toBe(0)
    const [{ data = {} } = {}] = objects
    expect(data).toMatchObject({
      PLAIN: 'value',
      EMPTY: '',
      FROM_CALLER: env.FROM_CALLER,
      LOG_TO_STDERR: 'true',
      STRUCTURED_RESULTS: 'true',
      REFERENCE: '$(PLAIN) $$(PLAIN) ${PLAIN} $PLAIN $',
      UNICODE: 'žluťoučký 🐴',
      LINES: 'first\nsecond\n',
      EQUALS: 'a=b=c',
    })
    expect(data).not.toHaveProperty('NOT_SET')
  })

  test('-e on the command line reaches the function, and wins', async () => {
    const { exitCode, objects } = await build('envs', {
      namespace: space.name,
      flags: ['-e', 'PLAIN=mine', '-e', 'ADDED=yes'],
    })
    expect(exitCode).toBe(0)
    expect(objects[0]?.data).toMatchObject({ PLAIN: 'mine', ADDED: 'yes' })
  })

  test('a function that exits 3 fails the build with its own code', async () => {
    const { exitCode, stdout, stderr } = await build('fails', { namespace: space.name })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('fail: on purpose')
    expect(stderr).toContain('exit status 3')
  })

  test('an image that does not exist fails the build at once, naming the image and the reason', async () => {
    const { exitCode, stdout, stderr } = await build('missing-image', { namespace: space.name })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/^docker: cannot pull .*no-such-image:v1: .*not found/m)
    expect(stderr).toContain('exit status 125')
  })

  test('--as-current-user runs the function as that user', async () => {
    // Who may be root.
    await using plain = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'privileged' })
    const { exitCode, stderr } = await build('transformer', {
      namespace: plain.name,
      flags: ['--as-current-user'],
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })
})
