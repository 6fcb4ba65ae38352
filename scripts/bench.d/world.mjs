import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAllDocuments } from 'yaml'
import { KRMPOD, ROOT } from './programs.mjs'
import { ApiServer } from './raw/api-server.mjs'

/** Before the name of every test image. */
export const IMAGE_PREFIX = process.env.KRMPOD_TEST_IMAGE_PREFIX ?? ''

const PARKING_MS = 30_000

/** What the groups share: a namespace, a folder, the API server, images. Gone with `close()`. */
export class World {
  folder = mkdtempSync(join(tmpdir(), 'krmpod-bench-'))
  api = new ApiServer()
  #namespaces = []

  namespace(purpose) {
    const name = `bench-${purpose}-${process.pid}`
    kubectl('create', 'namespace', name)
    this.#namespaces.push(name)
    return name
  }

  /** krmpod's environment: what it has learned elsewhere stays out of it. */
  env(namespace, more = {}) {
    return { KRMPOD_NAMESPACE: namespace, XDG_CACHE_HOME: join(this.folder, 'cache'), ...more }
  }

  /** How Pods pull a test image. */
  image(name) {
    return `${IMAGE_PREFIX}krmpod/fixtures/${name}:v1`
  }

  /** The same image by its digest: what parked Pods and cached results need. */
  pinned(name) {
    const path = `krmpod/fixtures/${name}`
    const digest = execFileSync('crane', ['digest', `${process.env.KRMPOD_TEST_REGISTRY}/${path}:v1`])
    return `${IMAGE_PREFIX}${path}@${String(digest).trim()}`
  }

  /** krmpod's own plan of a run, for the floor to be the floor of the same thing. */
  podOf(words, namespace) {
    const env = { ...process.env, KRMPOD_NAMESPACE: namespace }
    const yaml = execFileSync(KRMPOD, ['run', '--dry-run', ...words], {
      env,
      stdio: 'pipe',
      encoding: 'utf8',
    })
    return parseAllDocuments(yaml)
      .map((document) => document.toJS())
      .find(({ kind }) => kind === 'Pod')
  }

  /** Has a Pod parked for each image, and waits until all are ready. */
  async warm(namespace, images, env) {
    execFileSync(KRMPOD, ['warm', ...images], { env: { ...process.env, ...env }, stdio: 'ignore' })
    const end = performance.now() + PARKING_MS
    while (readyPods(namespace) < images.length) {
      if (performance.now() > end) throw new Error(`${namespace}: the parked Pods are not ready`)
      await sleep(100)
    }
  }

  close() {
    this.api.close()
    rmSync(this.folder, { recursive: true, force: true })
    for (const name of this.#namespaces) kubectl('delete', 'namespace', name, '--wait=false')
  }
}

function readyPods(namespace) {
  const { items } = JSON.parse(kubectl('get', 'pods', '-n', namespace, '-o', 'json'))
  return items.filter(({ status }) => status.containerStatuses?.[0]?.ready).length
}

export function kubectl(...words) {
  return execFileSync('kubectl', words, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
}

/** Why krmpod does not have this setting; undefined when it does. */
export function missingSetting(key) {
  const schema = JSON.parse(readFileSync(join(ROOT, 'docs/settings.schema.json'), 'utf8'))
  return key in schema.properties ? undefined : `there is no setting \`${key}\` yet`
}

/** Why krmpod does not have this command; undefined when it does. */
export function missingCommand(name) {
  try {
    const help = String(execFileSync(KRMPOD, ['--help'], { stdio: ['ignore', 'pipe', 'pipe'] }))
    if (new RegExp(`^ +krmpod ${name}\\b`, 'm').test(help)) return undefined
  } catch {
    // Then there is no help at all.
  }
  return `there is no \`krmpod ${name}\` yet`
}
