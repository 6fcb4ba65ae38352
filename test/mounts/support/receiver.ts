import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { execa, execaSync } from 'execa'
import { DIGEST_BYTES, GIVE_BACK, RECEIVE, RECEIVE_PACKED } from '../../../src/plan/receiver-script.ts'

/** Root may write everywhere, which no receiver in a Pod may. */
export const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

export const BUSYBOX = '/bin/busybox'

/** A PATH with nothing but busybox's programs in it. */
export function busyboxPath(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'krmpod-busybox-'))
  chmodSync(path, 0o755)
  const { stdout } = execaSync(BUSYBOX, ['--list'])
  for (const program of stdout.split('\n')) symlinkSync(BUSYBOX, join(path, program))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

interface Received {
  readonly exitCode: number
  readonly stderr: string
}

/**
 * Feeds `archive` to the script, which unpacks it into `folder`. As in a Pod, nobody reads on when it has ended. `packed`:
 * by gzip.
 */
export async function receive(
  archive: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { folder, path, packed }: { readonly folder: string; readonly path: string; readonly packed?: boolean },
): Promise<Received> {
  chmodSync(folder, 0o777)
  const { exitCode = -1, stderr } = await execa(
    join(path.split(':').at(-1) ?? '', 'sh'),
    ['-c', packed ? RECEIVE_PACKED : RECEIVE, 'sh', folder],
    {
      input: Readable.from(archive),
      env: { PATH: path },
      extendEnv: false,
      reject: false,
      ...NOBODY,
    },
  )
  return { exitCode, stderr }
}

/** What the script says of these trees when its stdin has ended: an archive, once its digest is right. */
export async function giveBack(
  trees: readonly string[],
  { folder, path }: { readonly folder: string; readonly path: string },
): Promise<Buffer> {
  const { stdout } = await execa(join(path, 'sh'), ['-c', GIVE_BACK, 'sh', folder, ...trees], {
    input: '',
    encoding: 'buffer',
    maxBuffer: 1024 * 1024 * 1024,
    env: { PATH: path },
    extendEnv: false,
  })
  const archive = Buffer.from(stdout).subarray(0, -DIGEST_BYTES)
  const digest = createHash('sha256').update(archive).digest('hex')
  if (!Buffer.from(stdout).subarray(-DIGEST_BYTES).equals(Buffer.from(digest)))
    throw new Error('another digest')
  return archive
}
