import { describe, expect, test } from 'vitest'
import { hostileBuilds } from './support/hostile.ts'

const { data, refusal } = hostileBuilds()

const ACME = { KRMPOD_IMAGES_ALLOW: 'ghcr.io/acme/**' }

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
