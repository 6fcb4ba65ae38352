import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PullLogins, pullLogins } from '../../src/cluster/registry/pull-logins.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'krmpod-pull-logins-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function loginsFor(images: readonly string[], config?: object): Promise<PullLogins> {
  if (config) writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  const path = `${folder}:${process.env['PATH'] ?? ''}`
  return pullLogins(images, { env: { DOCKER_CONFIG: folder, PATH: path }, home: undefined })
}

const auth = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString('base64') })
const TWO = { auths: { 'ghcr.io': auth('ann:one'), 'https://index.docker.io/v1/': auth('bob:two') } }

test.each([
  ['ghcr.io/acme/fn:v1', { repository: 'ghcr.io/acme/fn', username: 'ann', password: 'one' }],
  ['alpine', { repository: 'docker.io/library/alpine', username: 'bob', password: 'two' }],
])('the login for %s, and no other', async (image, login) => {
  expect(await loginsFor([image], TWO)).toEqual({ logins: [login], notes: [] })
})

test('one that a credential helper knows', async () => {
  const helper = join(folder, 'docker-credential-test')
  writeFileSync(helper, '#!/bin/sh\nread -r host\nprintf \'{"Username":"%s","Secret":"s"}\' "$host"\n')
  chmodSync(helper, 0o755)
  expect(await loginsFor(['ghcr.io/fn'], { credHelpers: { 'ghcr.io': 'test' } })).toMatchObject({
    logins: [{ repository: 'ghcr.io/fn', username: 'ghcr.io', password: 's' }],
  })
})

test.each<[what: string, config: object | undefined, note: string]>([
  ['no config', undefined, 'The docker config has no login for quay.io.'],
  ['none for this registry', TWO, 'The docker config has no login for quay.io.'],
  [
    'an identity token',
    { auths: { 'quay.io': { identitytoken: 'secret' } } },
    'The docker config has an identity token for quay.io, which nodes cannot log in with.',
  ],
])('%s: nothing, and a note', async (_what, config, note) => {
  expect(await loginsFor(['quay.io/a/b:v1', 'quay.io/a/c:v1'], config)).toEqual({ logins: [], notes: [note] })
})
