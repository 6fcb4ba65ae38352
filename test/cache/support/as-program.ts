import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** A file of this folder as one that every user's node can run; Node 20 does not read TypeScript. */
export async function asProgram(name: string): Promise<Disposable & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'krmpod-program-'))
  chmodSync(folder, 0o755)
  const path = join(folder, `${name}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  })
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
