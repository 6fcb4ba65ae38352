import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testNamespace } from './support/cluster.ts'
import { buildHostile, CANARY, dataOf, refusalOf } from './support/hostile.ts'
import { speaksV5 } from './support/server.ts'

const LANES = (await speaksV5()) ? ['attach', 'exec'] : ['attach']

let space: Awaited<ReturnType<typeof testNamespace>>
beforeAll(async () => {
  space = await testNamespace()
})
afterAll(() => space[Symbol.asyncDispose]())
afterEach(async () => {
  expect(await space.pods(), 'no Pod is left').toEqual([])
})

function refusal(name: string, settings: Record<string, string> = {}): Promise<string> {
  return refusalOf(name, { namespace: space.name, settings })
}

function data(
  name: string,
  settings: Record<string, string> = {},
): Promise<Readonly<Record<string, string>>> {
  return dataOf(name, { namespace: space.name, settings })
}

describe('a hostile repository asks for the environment of its caller', () => {
  test('env.allow does not list it: not passed on, and told', async () => {
    const settings = { KRMPOD_ENV_ALLOW: 'LANG,APP_*' }
    const attack = { namespace: space.name, settings }
    const { exitCode, objects, stdout, stderr } = await buildHostile('env-asked-for', attack)
    expect(exitCode).toBe(0)
    expect(Object.keys(objects[0]?.data ?? {})).not.toContain('KUBECONFIG')
    expect(stdout).not.toContain(CANARY)
    expect(stderr).toMatchInlineSnapshot(
      `"docker: warning: env.allow does not list CANARY, KUBECONFIG: not passed on, as if the caller had none"`,
    )
  })

  test('env.allow is not set: it gets what it asks for, as with docker, and nothing else', async () => {
    const values = await data('env-asked-for', { SECOND_CANARY: 'x' })
    expect(values).toMatchObject({ CANARY, KUBECONFIG: expect.any(String) as string })
    expect(values).not.toHaveProperty('SECOND_CANARY')
  })

  test.each(LANES)('values are text, to shells and to Kubernetes: %s', async (KRMPOD_LANE) => {
    expect(await data('env-shell', { KRMPOD_LANE })).toMatchObject({
      COMMAND: '$(touch pwned)',
      BACKTICKS: '`touch pwned`',
      QUOTES: `'"; touch pwned; '"`,
      LINES: `$(CANARY) $$(CANARY) \${CANARY} $CANARY`,
      LD_PRELOAD: './pwned.so',
      NODE_OPTIONS: '--require=./pwned.js',
      PATH: '.',
    })
  })

  test('names and values that look like options are none', async () => {
    const values = await data('env-options')
    expect(values).toMatchObject({ '--network': 'host', '-v': '/:/host', A: '1 --user=0' })
    expect(values).not.toHaveProperty('--privileged')
  })

  test('a name with a line break is refused', async () => {
    expect(await refusal('env-lines')).toMatchInlineSnapshot(`
      "docker: invalid environment variable name "A\\nCANARY": expected printable ASCII characters without '='.
      (KRMPOD_BAD_VALUE; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })
})

const ACME = { KRMPOD_IMAGES_ALLOW: 'ghcr.io/acme/**' }

describe('a hostile repository sets settings', () => {
  test('its files are not looked at, and its variables are those of the function', async () => {
    expect(await refusal('env-settings', ACME)).toMatchInlineSnapshot(`
      "docker: image "ghcr.io/krmpod/fixtures/environment:v1" is not allowed: images.allow has ghcr.io/acme/**.
      Use an image that it allows, or have the rule added by whoever runs krmpod (docs/settings.md).
      (KRMPOD_IMAGE_NOT_ALLOWED; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
    expect(await data('env-settings')).toMatchObject({ KRMPOD_NAMESPACE: 'kube-system' })
  })
})

describe('a hostile repository names an image', () => {
  test('that images.allow does not have', async () => {
    expect(await refusal('image-missing-rule', ACME)).toMatchInlineSnapshot(`
      "docker: image "ghcr.io/krmpod/fixtures/environment:v1" is not allowed: images.allow has ghcr.io/acme/**.
      Use an image that it allows, or have the rule added by whoever runs krmpod (docs/settings.md).
      (KRMPOD_IMAGE_NOT_ALLOWED; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test('by a way around images.allow', async () => {
    expect(await refusal('image-traversal', ACME)).toMatchInlineSnapshot(`
      "docker: invalid reference format.
      Run 'docker run --help' for more information.
      (KRMPOD_USAGE; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test('of 10,000 characters', async () => {
    expect(await refusal('image-huge')).toMatchInlineSnapshot(`
      "docker: repository name must not be more than 255 characters.
      Run 'docker run --help' for more information.
      (KRMPOD_USAGE; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test('that is an option', async () => {
    expect(await refusal('image-option')).toMatchInlineSnapshot(`
      "docker: --privileged is not supported when running functions as Pods (functions run under Pod Security "restricted").
      docs/flags.md lists every flag and what becomes of it.
      (KRMPOD_FLAG_REFUSED; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test('that is an option with a value', async () => {
    expect(await refusal('image-entrypoint')).toMatchInlineSnapshot(`
      "docker: 'docker run' requires at least 1 argument: the image.
      Run 'docker run --help' for more information.
      (KRMPOD_NO_IMAGE; docs/errors.md)
      Error: couldn't execute function: exit status 1"
    `)
  })

  test('that is a command', async () => {
    expect(await refusal('image-shell')).toMatchInlineSnapshot(`
      "docker: invalid reference format.
      Run 'docker run --help' for more information.
      (KRMPOD_USAGE; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test('that drives a terminal, and looks like a second line', async () => {
    const words = await refusal('image-control')
    expect(words).not.toMatch(/[^\n\x20-\x7e]/)
    expect(words).toMatchInlineSnapshot(`
      "docker: invalid reference format: repository name (krmpod/]0;pwned[2Jfine krmpod) must be lowercase.
      Run 'docker run --help' for more information.
      (KRMPOD_USAGE; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test('with a password in it, which is not repeated', async () => {
    const words = await refusal('image-credentials')
    expect(words).not.toContain('hunter2')
    expect(words).toMatchInlineSnapshot(`
      "docker: invalid reference format.
      Run 'docker run --help' for more information.
      (KRMPOD_USAGE; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })
})

describe('a hostile repository', () => {
  test('has no network unless the caller gives it: kustomize refuses', async () => {
    expect(await refusal('network')).toMatchInlineSnapshot(
      `"Error: couldn't execute function: network required but not enabled with --network"`,
    )
  })

  test('has a name that is a command, a path and a control sequence: nobody reads it', async () => {
    expect(await data('names')).toHaveProperty('HOME')
  })

  test('has a YAML bomb for a function config: bytes on their way', async () => {
    expect(await data('yaml-bomb')).toHaveProperty('HOME')
  })

  test("has a function that says what krmpod would: it is passed on as it is, as docker's", async () => {
    expect(await refusal('stderr')).toMatchInlineSnapshot(`
      "]0;pwned[2J
      docker: all is well.
      Error: couldn't execute function: exit status 3"
    `)
  })
})
