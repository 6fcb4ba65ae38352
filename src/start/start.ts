import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { codeFolder, keptCode } from './kept-code.ts'

interface Module {
  readonly exports: Record<string, unknown>
  /** What an ES module has as import.meta.url. */
  readonly url: string
}
type Body = (module: Module, require: (name: string) => unknown, exports: Module['exports']) => void

/** Commands that run functions. */
const RUNS = new Set(['run', 'build'])
const CHUNKS = join(import.meta.dirname, 'cli')
/** The bundle is CommonJS. */
declare const require: (name: string) => unknown

/**
 * One of the programs in dist/cli, in this process. What V8 compiles of it is kept for later runs (ADR 10); Node has the
 * like in module.enableCompileCache, since 22.
 */
export function start(program: string): void {
  const folder = codeFolder()
  const chunks = new Map<string, Module>()
  const keepers: (() => void)[] = []
  let hasNews = false
  const load = (name: string): Record<string, unknown> => {
    const known = chunks.get(name)
    if (known) return known.exports
    const path = join(CHUNKS, name)
    const module: Module = {
      exports: {},
      get url() {
        return pathToFileURL(path).href
      },
    }
    const source = readFileSync(path)
    const kept = folder === undefined ? undefined : keptCode(folder, source)
    const cachedData = kept?.read()
    // esbuild writes ASCII.
    const script = new Script(source.toString('latin1'), {
      filename: path,
      ...(cachedData && { cachedData }),
    })
    hasNews ||= !cachedData || script.cachedDataRejected === true
    keepers.push(() => kept?.write(() => script.createCachedData()))
    const body = script.runInThisContext() as Body
    const find = (wanted: string): unknown =>
      wanted.startsWith('./') ? load(wanted.slice('./'.length)) : require(wanted)
    body(module, find, module.exports)
    chunks.set(name, module)
    return module.exports
  }
  // At the end, when what such a run calls is compiled; a run that fails, or another command, calls little of it. One that
  // loads more than those before it also calls more of what they have loaded.
  process.once('exit', (status) => {
    if (hasNews && status === 0 && RUNS.has(process.argv[2] ?? '')) for (const keep of keepers) keep()
  })
  load(`${program}.cjs`)
}
