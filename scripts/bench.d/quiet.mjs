import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_MS = 250
const IDLE_SHARE = 0.85
const LIMIT_MS = 10_000
/** kubelet looks for what it was not told of once a second. */
const RELIST_MS = 1_000

/**
 * Resolves when the processors have little to do (a Pod that is gone for the API server still is being taken down), and
 * then at any moment of kubelet's second: what the line before left to do ends at a certain one.
 */
export async function quiet() {
  await idle()
  await sleep(Math.random() * RELIST_MS)
}

async function idle() {
  const end = performance.now() + LIMIT_MS
  for (let before = processorTime(); performance.now() < end; ) {
    await sleep(LOOK_MS)
    const now = processorTime()
    if ((now.idle - before.idle) / (now.all - before.all) >= IDLE_SHARE) return
    before = now
  }
}

/** proc(5): the fourth number is idle time. */
function processorTime() {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const times = first.trim().split(/ +/).slice(1).map(Number)
  return { idle: times[3], all: times.reduce((sum, time) => sum + time, 0) }
}
