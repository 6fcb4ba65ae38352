import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { execa, execaSync } from 'execa'
import { RECEIVE } from '../../../src/plan/receiver-script.ts'

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

/** Feeds `archive` to the script, which unpacks it into `folder`. As in a Pod, nobody reads on when it has ended. */
export async function receive(
  archive: Iterable<Uint8Array>,
  { folder, path }: { readonly folder: string; readonly path: string },
): Promise<Received> {
  chmodSync(folder, 0o777)
  const { exitCode = -1, stderr } = await execa(
    join(path.split(':').at(-1) ?? '', 'sh'),
    ['-c', RECEIVE, 'sh', folder],
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
