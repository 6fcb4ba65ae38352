// esbuild makes a chunk for each set of modules that some programs share: two dozen small files for `docker run`,
// each of which Node has to find, open and link. Here, chunks that are always loaded together become one file, and all
// become CommonJS, which src/start loads: esbuild splits nothing but ES modules.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'

/**
 * `programs`: source files that stay files of their own. `hot`: what they load on a hot path, by a name for it, as source
 * files. `late`: of these, what comes after something that takes time by itself, and is not to be loaded before.
 * `outputs`: of esbuild's metafile.
 */
export async function mergeChunks({ root, outputs, programs, hot, late, options }) {
  const files = Object.keys(outputs).filter((file) => file.endsWith('.js'))
  const groupOf = groups({ outputs, files, programs, hot, late })
  const merged = new Map(files.map((file) => [join(root, file), groupOf(file)]))
  const world = { root, outputs, merged, options }
  const names = new Set([...merged.values()].filter((name) => name !== undefined))
  const made = await Promise.all([
    ...[...names].map((name) => mergedGroup(name, world)),
    ...files.filter((file) => groupOf(file) === undefined).map((file) => rewritten(join(root, file), world)),
  ])
  for (const path of merged.keys()) rmSync(path)
  for (const { path, contents } of made) writeFileSync(path, contents)
}

/**
 * A smaller group is part of the file that it needs: to find, check and link one more takes longer than to define what it
 * holds.
 */
const MIN_BYTES = 5 * 1024

/** On which of the hot paths a chunk is loaded, as a name for each such set; undefined: on none. */
function groups({ outputs, files, programs, hot, late }) {
  const entryOf = (source) => {
    const entry = files.find((file) => outputs[file].entryPoint === source)
    if (entry === undefined) throw new Error(`${source} is not an entry of its own any more`)
    return entry
  }
  const paths = Object.entries(hot).map(([name, sources]) => {
    const reached = new Set()
    for (const source of sources) closure(entryOf(source), outputs, reached)
    return { name, reached }
  })
  const groupOf = (file) => {
    if (programs.includes(outputs[file].entryPoint)) return undefined
    const names = paths.filter(({ reached }) => reached.has(file)).map(({ name }) => name)
    return names.length === 0 ? undefined : names.join('-and-')
  }
  const everywhere = paths.map(({ name }) => name).join('-and-')
  const homeOf = new Map([[everywhere, 'always']])
  const home = (file) => homeOf.get(groupOf(file)) ?? groupOf(file)
  const lateGroups = late.map((source) => groupOf(entryOf(source)))
  for (const group of smallGroups({ outputs, files, groupOf })) {
    if (lateGroups.includes(group)) continue
    const own = files.filter((file) => groupOf(file) === group)
    const needed = new Set(own.flatMap((file) => [...closure(file, outputs)]).map(home))
    if (needed.has(undefined)) throw new Error(`${group} needs what is on no hot path`)
    const [host = 'always', ...others] = [...needed].filter((name) => name !== group && name !== 'always')
    if (others.length === 0) homeOf.set(group, host)
  }
  return home
}

/** What most paths share comes first: it is on more paths than what needs it. */
function smallGroups({ outputs, files, groupOf }) {
  const bytes = new Map()
  for (const file of files) bytes.set(groupOf(file), (bytes.get(groupOf(file)) ?? 0) + outputs[file].bytes)
  const small = [...bytes.keys()].filter((group) => group !== undefined && bytes.get(group) < MIN_BYTES)
  return small.sort((one, other) => other.split('-and-').length - one.split('-and-').length)
}

function closure(file, outputs, reached = new Set()) {
  if (reached.has(file)) return reached
  reached.add(file)
  for (const { kind, path } of outputs[file].imports)
    if (kind === 'import-statement' && outputs[path]) closure(path, outputs, reached)
  return reached
}

/** All chunks of the group as one, with each chunk's exports under names of their own. */
async function mergedGroup(name, world) {
  const chunks = [...world.merged].filter(([, group]) => group === name).map(([path]) => path)
  const [folder = ''] = chunks.map(dirname)
  const contents = chunks
    .map((path) => `export{${exportsOf(path, world)}}from"./${basename(path)}";`)
    .join('')
  const stdin = { contents, resolveDir: folder }
  return { path: join(folder, `${name}.cjs`), contents: await bundled({ stdin }, world, name) }
}

async function rewritten(path, world) {
  return { path: asCommonJs(path), contents: await bundled({ entryPoints: [path] }, world) }
}

/** `a as chunkXYZ_a` of each export of a chunk; the other way round for who imports it. */
function exportsOf(path, { root, outputs }, isBack = false) {
  const prefix = basename(path, '.js').replaceAll('-', '')
  const { exports } = outputs[path.slice(root.length + 1)]
  return exports
    .map((name) => (isBack ? `${prefix}_${name} as ${name}` : `${name} as ${prefix}_${name}`))
    .join(',')
}

/** Everything stays where it is but chunks of the own group, which come in, and those of others, which have moved. */
async function bundled(input, world, ownGroup) {
  const plugin = {
    name: 'moved-chunks',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, namespace, kind, pluginData }) => {
        if (namespace === 'moved') return { path: asCommonJs(pluginData ?? path), external: true }
        const full = resolve(resolveDir, path)
        const group = world.merged.get(full)
        if (kind === 'entry-point' || (group !== undefined && group === ownGroup)) return { path: full }
        if (group === undefined) return { path: asCommonJs(path), external: true }
        const moved = `${path.slice(0, path.lastIndexOf('/'))}/${group}.js`
        return { path: full, namespace: 'moved', pluginData: moved, sideEffects: false }
      })
      onLoad({ filter: /./, namespace: 'moved' }, ({ path, pluginData }) => ({
        contents: `export{${exportsOf(path, world, true)}}from${JSON.stringify(pluginData)};`,
      }))
    },
  }
  const { outputFiles } = await build({ ...world.options, ...input, plugins: [plugin], write: false })
  const [{ text }] = outputFiles
  // src/start reads it as such; esbuild leaves regular expressions as they are.
  if (/[^\0-\x7f]/.test(text)) throw new Error(`${ownGroup ?? input.entryPoints[0]} is not ASCII`)
  return text
}

function asCommonJs(path) {
  return path.replace(/\.js$/, '.cjs')
}
