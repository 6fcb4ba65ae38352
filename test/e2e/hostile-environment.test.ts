import { describe, expect, test } from 'vitest'
import { buildHostile, CANARY, hostileBuilds } from './support/hostile.ts'
import { speaksV5 } from './support/server.ts'

const LANES = (await speaksV5()) ? ['attach', 'exec'] : ['attach']

const { data, refusal, namespace } = hostileBuilds()

describe('a hostile repository asks for the environment of its caller', () => {
  test('env.allow does not list it: not passed on, and told', async () => {
    const settings = { KRMPOD_ENV_ALLOW: 'LANG,APP_*' }
    const attack = { namespace: namespace(), settings }
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

  test.each(LANES)('names and values that look like options are none: %s', async (KRMPOD_LANE) => {
    const values = await data('env-options', { KRMPOD_LANE })
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
