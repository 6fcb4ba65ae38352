// Peak resident memory (VmHWM, Linux) of `docker` itself; fails when a run is wrong or above the bound.
import { spawn } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { watchPeak } from './peak-memory.mjs'

const MIB = 1024 * 1024
const BOUND_MIB = 150
const CHUNK = Buffer.alloc(MIB)

const { values } = parseArgs({ options: { case: { type: 'string', default: '' } } })
const root = join(import.meta.dirname, '..')
const image = (name) => `${process.env.KRMPOD_TEST_IMAGE_PREFIX ?? ''}krmpod/fixtures/${name}:v1`

/** `out`: what has to come back on stdout, as a digest; `dropped`: stderr is bounded. */
const CASES = [
  { name: 'nothing in, nothing out', words: [image('cat')], input: 0, out: { noise: 0 } },
  { name: '100 MiB in and out', words: [image('cat')], input: 100, out: { noise: 100 } },
  {
    name: '100 MiB in and out, by exec',
    lane: 'exec',
    words: [image('cat')],
    input: 100,
    out: { noise: 100 },
  },
  { name: '1 GiB in', words: [image('sink')], input: 1024, out: { digestOf: 1024 } },
  {
    name: '1 GiB on stderr',
    words: [image('probe'), 'read', 'random=1GiB:stderr'],
    input: 0,
    out: { noise: 0 },
    most: 65,
  },
  {
    name: '1 GiB on stderr, by exec',
    lane: 'exec',
    words: [image('probe'), 'random=1GiB:stderr'],
    input: 0,
    out: { noise: 0 },
    most: 65,
  },
].filter(({ name }) => name.includes(values.case))

const rows = []
for (const wanted of CASES) rows.push(await run(wanted))
console.table(rows)
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1

async function run({ name, words, input, out, lane = 'auto', most = 0 }) {
  process.stderr.write(`${name} …\n`)
  const child = spawn(join(root, 'bin/docker'), ['run', '-i', '--network', 'none', ...words], {
    env: { ...process.env, KRMPOD_LANE: lane },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const start = performance.now()
  const peak = watchPeak(child.pid)
  const stdout = createHash('sha256')
  let stdoutText = ''
  let stderrBytes = 0
  let said = ''
  child.stdout.on('data', (data) => {
    stdout.update(data)
    if (stdoutText.length < 1000) stdoutText += data
  })
  child.stderr.on('data', (data) => {
    stderrBytes += data.length
    said = data.toString('latin1').slice(-300)
  })
  const fed = feed(child.stdin, input)
  const code = await new Promise((resolve) => child.once('close', resolve))
  await fed
  const isWhole =
    out.digestOf === undefined
      ? stdout.digest('hex') === digestOf(out.noise)
      : stdoutText.includes(digestOf(out.digestOf))
  const peakMiB = Math.round(peak.stop() / MIB)
  const ok = code === 0 && isWhole && stderrBytes <= most * MIB && peakMiB <= BOUND_MIB
  if (!ok) process.stderr.write(`${said}\n`)
  return {
    name,
    exit: code,
    whole: isWhole,
    'stderr MiB': Math.round(stderrBytes / MIB),
    s: Math.round((performance.now() - start) / 1000),
    'peak MiB': peakMiB,
    ok,
  }
}

/** The bytes that the probe's `random` prints, too. */
function* noise(mebibytes) {
  const zeros = Buffer.alloc(16)
  const cipher = createCipheriv('aes-128-ctr', zeros, zeros)
  for (let done = 0; done < mebibytes; done += 1) yield cipher.update(CHUNK)
}

/** As a pipe takes it; a function that has ended takes no more. */
function feed(stdin, mebibytes) {
  return pipeline(Readable.from(noise(mebibytes)), stdin).catch(() => undefined)
}

function digestOf(mebibytes) {
  const hash = createHash('sha256')
  for (const chunk of noise(mebibytes)) hash.update(chunk)
  return hash.digest('hex')
}
