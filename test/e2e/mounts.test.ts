import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testNamespace } from './support/cluster.ts'
import { docker, type Ended } from './support/docker.ts'
import { build } from './support/kustomize.ts'

let space: Awaited<ReturnType<typeof testNamespace>>
let folder = ''
beforeAll(async () => {
  space = await testNamespace()
  return () => space[Symbol.asyncDispose]()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'krmpod-mounts-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  expect(await space.pods(), 'no Pod is left').toEqual([])
})

/** `sh -c` in a container that sees the folder. */
function shell(script: string, mount: string, env: Record<string, string> = {}): Promise<Ended> {
  const words = [
    'run',
    '-i',
    '--rm',
    '--network',
    'none',
    '--mount',
    mount,
    'busybox:musl',
    'sh',
    '-c',
    script,
  ]
  return docker(words, { namespace: space.name, env })
}

function readOnly(): string {
  return `type=bind,source=${folder},target=/data,readonly`
}

describe('a folder of the caller', () => {
  test('becomes manifests, through kustomize', async () => {
    const { exitCode, objects, stderr } = await build('mounts', { namespace: space.name })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const [files] = objects
    expect(files).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'files' } })
    expect(Object.keys(files?.data ?? {})).toHaveLength(2)
    expect(JSON.stringify(files?.data)).toContain('shop.example')
  })

  test('is there as it is, with modes, links and strange names', async () => {
    await mkdir(join(folder, 'deep/er'), { recursive: true })
    await writeFile(join(folder, 'deep/er/file, "quoted" \n'), 'content')
    await writeFile(join(folder, 'run.sh'), '#!/bin/sh\necho ran\n')
    await chmod(join(folder, 'run.sh'), 0o700)
    await writeFile(join(folder, 'private'), 'for everybody')
    await chmod(join(folder, 'private'), 0o600)
    await symlink('/etc/hostname', join(folder, 'out'))
    await mkdir(join(folder, 'empty'))
    await chmod(join(folder, 'empty'), 0o500)
    const ended = await shell(
      'cd /data && cat deep/er/* && ./run.sh && cat private && readlink out && stat -c "%a %F" * && id -u',
      readOnly(),
    )
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ended.stdout.toString()).toBe(
      [
        'contentran',
        'for everybody/etc/hostname',
        '755 directory',
        '555 directory',
        '777 symbolic link',
        '644 regular file',
        '744 regular file',
        '65534',
        '',
      ].join('\n'),
    )
  })

  test('cannot be written to', async () => {
    const ended = await shell('echo x > /data/x; echo x > /data/new', readOnly())
    expect(ended.exitCode).toBe(1)
    expect(ended.stderr).toContain('Read-only file system')
    expect(await readdir(folder)).toEqual([])
  })

  test('may be mounted twice, and beside a single file, in the exec lane as well', async () => {
    await writeFile(join(folder, 'values.yaml'), 'a: 1\n')
    const second = ['--mount', `type=bind,src=${join(folder, 'values.yaml')},dst=/etc/values.yaml,ro`]
    for (const KRMPOD_LANE of ['attach', 'exec']) {
      const ended = await docker(
        [
          'run',
          '-i',
          '--network',
          'none',
          '-v',
          `${folder}:/one:ro`,
          '-v',
          `${folder}:/two:ro`,
          ...second,
        ].concat(['busybox:musl', 'sh', '-c', 'cat; cat /one/values.yaml /two/values.yaml /etc/values.yaml']),
        { namespace: space.name, input: 'in\n', env: { KRMPOD_LANE } },
      )
      expect({ KRMPOD_LANE, ...ended, stdout: ended.stdout.toString() }).toEqual({
        KRMPOD_LANE,
        exitCode: 0,
        stdout: 'in\na: 1\na: 1\na: 1\n',
        stderr: '',
      })
    }
  })
})

describe('refused before anything is made', () => {
  test('a source that does not exist', async () => {
    const ended = await shell('true', `type=bind,source=${folder}/nothing,target=/data,readonly`)
    expect(ended).toMatchObject({ exitCode: 125, stdout: Buffer.alloc(0) })
    expect(ended.stderr).toContain(`bind source path does not exist: ${folder}/nothing`)
  })

  test('a link out of what is allowed', async () => {
    await symlink('/etc', join(folder, 'link'))
    const mount = `type=bind,source=${folder}/link,target=/data,readonly`
    const ended = await shell('ls /data', mount, { KRMPOD_MOUNTS_ALLOW: folder })
    expect(ended).toMatchObject({ exitCode: 125, stdout: Buffer.alloc(0) })
    expect(ended.stderr).toContain('it leads to /etc')
  })

  test('more than mounts.maxBytes', async () => {
    await writeFile(join(folder, 'large'), 'x'.repeat(2048))
    const ended = await shell('ls /data', readOnly(), { KRMPOD_MOUNTS_MAX_BYTES: '1Ki' })
    expect(ended).toMatchObject({ exitCode: 125, stdout: Buffer.alloc(0) })
    expect(ended.stderr).toContain('mounts.maxBytes')
  })
})
