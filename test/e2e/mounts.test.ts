import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { folder as randomFolder } from '../mounts/support/random-trees.ts'
import { digests, make, temporaryFolder } from '../mounts/support/tree-on-disk.ts'
import { fixture, testNamespace } from './support/cluster.ts'
import { docker, type Ended } from './support/docker.ts'
import { build } from './support/kustomize.ts'
import { speaksV5 } from './support/server.ts'

const hasExecLane = await speaksV5()

let space: Awaited<ReturnType<typeof testNamespace>>
let here: ReturnType<typeof temporaryFolder>
let folder = ''
beforeAll(async () => {
  space = await testNamespace()
  return () => space[Symbol.asyncDispose]()
})
beforeEach(() => {
  here = temporaryFolder()
  folder = here.path
})
afterEach(async () => {
  here[Symbol.dispose]()
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
  // A run that stands still says where it did.
  return docker(words, { namespace: space.name, env: { KRMPOD_DEADLINE: '90s', ...env } })
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
    const ended = await shell('cat; echo x > /data/x; echo x > /data/new', readOnly())
    expect(ended.exitCode).toBe(1)
    expect(ended.stderr).toContain('Read-only file system')
    expect(await readdir(folder)).toEqual([])
  })

  test('may be mounted twice, and beside a single file, in the exec lane as well', async () => {
    await writeFile(join(folder, 'values.yaml'), 'a: 1\n')
    const second = ['--mount', `type=bind,src=${join(folder, 'values.yaml')},dst=/etc/values.yaml,ro`]
    for (const KRMPOD_LANE of hasExecLane ? ['attach', 'exec'] : ['attach']) {
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

test('a helper image without a shell is named, and is not the function', async () => {
  const ended = await shell('true', readOnly(), { KRMPOD_HELPER_IMAGE: fixture('probe') })
  expect(ended).toMatchObject({ exitCode: 125, stdout: Buffer.alloc(0) })
  expect(ended.stderr).toContain('helper.image cannot run the receiver')
})

describe('a folder that the function may write to', () => {
  const WRITABLE = { KRMPOD_MOUNTS_RW: 'on' }

  test('is what the function made of it, when it ended with 0', async () => {
    await writeFile(join(folder, 'old'), 'old\n')
    await writeFile(join(folder, 'gone'), 'x')
    const script =
      'cat; cd /data; echo more >> old; rm gone; mkdir new; echo hi > new/file; ln -s file new/link'
    for (const KRMPOD_LANE of hasExecLane ? ['attach', 'exec'] : ['attach']) {
      await rm(join(folder, 'new'), { recursive: true, force: true })
      await writeFile(join(folder, 'gone'), 'x')
      const env = { ...WRITABLE, KRMPOD_LANE }
      const ended = await shell(script, `type=bind,source=${folder},target=/data`, env)
      expect(ended).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await readdir(folder)).toEqual(['new', 'old'])
      expect(await readFile(join(folder, 'new/link'), 'utf8')).toBe('hi\n')
    }
    expect(await readFile(join(folder, 'old'), 'utf8')).toMatch(/^old\n(more\n)+$/)
  })

  test('is as it was, when the function failed', async () => {
    await writeFile(join(folder, 'old'), 'old')
    const script = 'cat; echo new > /data/old; exit 3'
    const ended = await shell(script, `type=bind,source=${folder},target=/data`, WRITABLE)
    expect(ended.exitCode).toBe(3)
    expect(await readFile(join(folder, 'old'), 'utf8')).toBe('old')
  })

  test('has to be asked for by a setting', async () => {
    const ended = await shell('true', `type=bind,source=${folder},target=/data`)
    expect(ended).toMatchObject({ exitCode: 125, stdout: Buffer.alloc(0) })
    expect(ended.stderr).toContain('mounts.rw')
  })
})

/** One line for each path below /data, in the words of `list`. */
const LIST = `cd /data; find . -print0 | sort -z | xargs -0 sh -c 'for path; do
  if [ -L "$path" ]; then kind=link mode=777 digest=$(readlink -n "$path" | sha256sum)
  elif [ -d "$path" ]; then kind=folder mode=$(stat -c %a "$path") digest=-
  else kind=file mode=$(stat -c %a "$path") digest=$(sha256sum < "$path"); fi
  echo "$kind $mode \${digest%% *} $(printf %s "$path" | sha256sum)"
done' sh`

test('20 random trees are in the Pod what they are here', { timeout: 300_000 }, async () => {
  const trees = fc.sample(randomFolder, { numRuns: 20, seed: 20 })
  for (const [index, tree] of trees.entries()) {
    const source = join(folder, String(index))
    make({ ...tree, mode: 0o755 }, source)
    const ended = await shell(`cat; ${LIST}`, `type=bind,source=${source},target=/data,readonly`)
    expect({ index, ...ended, stdout: ended.stdout.toString().split('\n') }).toEqual({
      index,
      exitCode: 0,
      stdout: [...digests(source), ''],
      stderr: '',
    })
  }
})
