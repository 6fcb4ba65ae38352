import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { type Outcome, runOn } from '../doubles/run-on.ts'
import { clusterCredentials, clusterWorld } from '../faults/cluster-world.ts'
import type { Deed } from '../faults/proxy/deed.ts'
import { faultProxy } from '../faults/proxy/fault-proxy.ts'
import { type Strike, Strikes } from '../faults/proxy/strikes.ts'
import { upstreamOf } from '../faults/proxy/upstream.ts'
import type { World } from '../faults/world.ts'
import { temporaryFolder } from '../mounts/support/tree-on-disk.ts'

const MIB = 1024 * 1024
const CONTENT = randomBytes(24 * MIB)
const DIGEST = `${createHash('sha256').update(CONTENT).digest('hex')}  /data/large\n`

let world: World
let here: ReturnType<typeof temporaryFolder>
beforeAll(async () => {
  world = await clusterWorld()
  here = temporaryFolder()
  await writeFile(join(here.path, 'large'), CONTENT)
})
afterAll(async () => {
  here[Symbol.dispose]()
  expect(await world.remains()).toEqual([])
  await world[Symbol.asyncDispose]()
})

interface Seen {
  readonly outcome: Outcome
  /** What the connections were that the file went over. */
  readonly uploads: readonly string[]
  readonly struck: number
}

/** 24 MiB mounted into a function that digests them, with this done to their first way in. */
async function mounted(deed?: Deed, host: { rerun?: boolean } = {}): Promise<Seen> {
  const strike: Strike | undefined = deed && { on: 'upload', after: 0, times: 1, deed }
  const strikes = new Strikes(strike ? [strike] : [])
  const { identity, namespace } = world
  const upstream = upstreamOf(await clusterCredentials())
  await using proxy = await faultProxy({ upstream, strikes, ...(identity && { identity }) })
  const outcome = await runOn(
    { url: proxy.credentials.server },
    {
      argv: ['-i', '--network', 'none', 'busybox:musl', 'sh', '-c', 'cat; sha256sum /data/large'],
      request: {
        deadlineMs: 120_000,
        mounts: [{ kind: 'bind', source: here.path, target: '/data', readOnly: true, createSource: false }],
      },
      host: {
        api: new ApiClient(proxy.credentials),
        namespace,
        stallMs: 3_000,
        imageConfig: () => Promise.resolve({ entrypoint: [], cmd: ['sh'], env: [] }),
        ...host,
      },
    },
  )
  if (upstream.agent) upstream.agent.destroy()
  return { outcome, uploads: proxy.uploads, struck: strike ? strikes.struck(strike) : 0 }
}

/** Over v4 it takes two connections. */
function expectWebSocketNext(uploads: readonly string[]): void {
  expect([...new Set(uploads)]).toEqual(['SPDY/3.1', 'websocket'])
  expect(uploads.filter((kind) => kind === 'SPDY/3.1')).toHaveLength(1)
}

describe('a large file', () => {
  test('goes over SPDY, and is what it was', async () => {
    const { outcome, uploads } = await mounted()
    expect({ end: outcome.end, stdout: outcome.stdout.toString() }).toEqual({ end: 'exit 0', stdout: DIGEST })
    expect(uploads).toEqual(['SPDY/3.1'])
  })

  test.each<[string, Deed]>([
    ['cut in the middle', { kind: 'cut', by: 'close', side: 'sent', at: 11 * MIB }],
    ['cut behind its last byte', { kind: 'cut', by: 'reset', side: 'sent', at: 24 * MIB }],
    ['standing still', { kind: 'cut', by: 'stall', side: 'sent', at: 9 * MIB }],
    ['changed in one byte', { kind: 'change', at: 17 * MIB }],
  ])('%s, it starts no function', async (_what, deed) => {
    const { outcome, struck } = await mounted(deed)
    expect(struck).toBe(1)
    expect(outcome).toMatchObject({ end: 'MOUNT_FAILED', stdout: Buffer.alloc(0) })
    expect(outcome.error?.exit).toBe(125)
  })

  test.each<[string, Deed]>([
    ['with its answer lost', { kind: 'loseAnswer', by: 'reset' }],
    ['cut before there are streams', { kind: 'cut', by: 'reset', side: 'sent', at: 0 }],
  ])('%s, it goes over a WebSocket, for no node has attached yet', async (_what, deed) => {
    const { outcome, uploads, struck } = await mounted(deed)
    expect(struck).toBe(1)
    expect({ end: outcome.end, stdout: outcome.stdout.toString() }).toEqual({ end: 'exit 0', stdout: DIGEST })
    expectWebSocketNext(uploads)
  })

  test('cut once, it goes over a WebSocket in the next attempt', async () => {
    const deed: Deed = { kind: 'cut', by: 'reset', side: 'sent', at: 5 * MIB }
    const { outcome, uploads } = await mounted(deed, { rerun: true })
    expect({ end: outcome.end, stdout: outcome.stdout.toString() }).toEqual({ end: 'exit 0', stdout: DIGEST })
    expectWebSocketNext(uploads)
  })
})
