import { describe, expect, test } from 'vitest'
import { buildHostile, HERE, hostileBuilds, SECRET_OF_ANOTHER } from './support/hostile.ts'
import { speaksV5 } from './support/server.ts'

const LANES = (await speaksV5()) ? ['attach', 'exec'] : ['attach']

const { data, refusal, namespace } = hostileBuilds()

const ONLY_HERE = { KRMPOD_MOUNTS_ALLOW: HERE }

describe('a hostile repository mounts what is not its own', () => {
  test('by an absolute path: kustomize refuses', async () => {
    expect(await refusal('mount-absolute')).toMatchInlineSnapshot(
      `"Error: loading generator plugins: failed to load generator: plugin Files.v1.krmpod.dev/files.[noNs] with mount path '/etc' is not permitted; mount paths must be relative to the current kustomization directory"`,
    )
  })

  test('by a path with ..: kustomize refuses', async () => {
    expect(await refusal('mount-parent')).toMatchInlineSnapshot(
      `"Error: loading generator plugins: failed to load generator: plugin Files.v1.krmpod.dev/files.[noNs] with mount path 'files/../../outside' is not permitted; mount paths must be under the current kustomization directory"`,
    )
  })

  test('by a link: mounts.allow is about where it leads', async () => {
    expect(await refusal('mount-link', ONLY_HERE)).toMatchInlineSnapshot(`
      "docker: invalid mount config for type "bind": mounts.allow does not allow CLONE/mount-link/link (it leads to CLONE/outside): it has CLONE/mount-link.
      (KRMPOD_MOUNT_SOURCE; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test('by a link below what it mounts: a link is sent as a link, and leads to nothing in the Pod', async () => {
    expect(await refusal('mount-link-below')).toMatchInlineSnapshot(`
      "reading /files: open link: no such file or directory
      Error: couldn't execute function: exit status 1"
    `)
  })

  test('by a comma, which kustomize does not see: mounts.allow is about what docker would mount', async () => {
    expect(await refusal('mount-comma', ONLY_HERE)).toMatchInlineSnapshot(`
      "docker: invalid mount config for type "bind": mounts.allow does not allow CLONE/outside: it has CLONE/mount-comma.
      (KRMPOD_MOUNT_SOURCE; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test.each(['mount-link', 'mount-comma'])(
    'without mounts.allow %s gets it, as with docker',
    async (name) => {
      expect(await data(name)).toEqual({ 'secret.txt': `${SECRET_OF_ANOTHER}\n` })
    },
  )

  test("by a comma: of /proc there is nothing to be had, not krmpod's own environment", async () => {
    expect(await data('mount-proc')).toEqual({ environ: '' })
  })

  test('as a volume of the namespace: mounts.volumes has to name it', async () => {
    expect(await refusal('mount-volume')).toMatchInlineSnapshot(`
      "docker: --mount "type=volume,source=CLONE/mount-volume/other-teams-data,target=/files,readonly" is not allowed: mounts.volumes does not name other-teams-data: it lists the PersistentVolumeClaims that functions may use.
      The settings mounts.rw, mounts.allow and mounts.volumes say what may be mounted (docs/settings.md).
      (KRMPOD_MOUNT_NOT_ALLOWED; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })
})

describe('a hostile repository mounts its own files', () => {
  test('to write to them: mounts.rw is off', async () => {
    expect(await refusal('mount-writable')).toMatchInlineSnapshot(`
      "docker: --mount "type=bind,source=CLONE/mount-writable/files,target=/files" is not allowed: the function could write to it, and mounts.rw is off: mount it read-only, or set KRMPOD_MOUNTS_RW=on.
      The settings mounts.rw, mounts.allow and mounts.volumes say what may be mounted (docs/settings.md).
      (KRMPOD_MOUNT_NOT_ALLOWED; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test('to write to them by a comma: they stay read-only', async () => {
    expect(await data('mount-comma-writable')).toEqual({ 'notes.txt': 'notes\n' })
  })

  test("over krmpod's own folder", async () => {
    expect(await refusal('mount-own-folder')).toMatchInlineSnapshot(`
      "docker: a mount at /.krmpod/bin is not supported when running functions as Pods (krmpod needs that folder itself).
      docs/flags.md lists every flag and what becomes of it.
      (KRMPOD_FLAG_REFUSED; docs/errors.md)
      Error: couldn't execute function: exit status 125"
    `)
  })

  test.each(LANES)('under names that are commands: %s', async (KRMPOD_LANE) => {
    const { exitCode, objects, stderr } = await buildHostile('mount-shell', {
      namespace: namespace(),
      settings: { KRMPOD_LANE },
    })
    expect({ exitCode, stderr, data: objects[0]?.data }).toEqual({
      exitCode: 0,
      stderr: '',
      data: { 'notes.txt': 'notes\n' },
    })
  })
})
