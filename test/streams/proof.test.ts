import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { HEAD_BYTES, type Proof, prove } from '../../src/streams/proof.ts'
import { Spool } from '../../src/streams/spool.ts'
import { ContainerLog, type LogFaults } from '../doubles/fake-cluster/container-log.ts'

const MIB = 1024 * 1024
/** 64 bytes, so that a MiB is whole lines. */
const LINE = `${'y'.repeat(63)}\n`
const NOISE = randomBytes(3 * MIB)

interface Told {
  readonly stdout: Buffer
  readonly stderr?: Buffer
}

interface Ran {
  /** What the function wrote; by default what arrived. */
  readonly wrote?: Told
  readonly arrived: Told
  readonly log?: LogFaults
  readonly earlyHead?: Buffer
}

/** Proves what arrived by the log that a runtime would have of what was written. */
async function proofOf({ wrote, arrived, log = {}, earlyHead }: Ran): Promise<Proof> {
  const container = new ContainerLog(log)
  const { stdout, stderr = Buffer.alloc(0) } = wrote ?? arrived
  container.write('stderr', stderr.subarray(0, stderr.length / 2))
  container.write('stdout', stdout)
  container.write('stderr', stderr.subarray(stderr.length / 2))
  container.end()
  return prove({
    stdout: spool(arrived.stdout),
    stderr: spool(arrived.stderr ?? Buffer.alloc(0)),
    log: {
      head: (maxBytes) => Promise.resolve(container.read({ limitBytes: maxBytes })),
      tail: (tailLines) => Promise.resolve(container.read({ tailLines })),
    },
    earlyHead: Promise.resolve(earlyHead),
  })
}

function spool(bytes: Buffer): Spool {
  const made = new Spool(tmpdir())
  made.write(bytes)
  made.end()
  return made
}

const WHOLE = { kind: 'whole', before: Buffer.alloc(0) }

describe.concurrent('what arrived in full is whole', () => {
  test.each([
    ['nothing', { stdout: Buffer.alloc(0) }],
    ['some text', { stdout: Buffer.from('hello\n') }],
    ['text without an end, and stderr', { stdout: Buffer.from('hello'), stderr: Buffer.from('a\nb') }],
    ['CR LF, and more of them', { stdout: Buffer.from('a\r\nb\r\r\nc\r'), stderr: Buffer.from('\r\n') }],
    ['a line longer than an entry of the log', { stdout: Buffer.alloc(50_000, 'x') }],
    [
      'a CR at the end of such an entry',
      { stdout: Buffer.concat([Buffer.alloc(16 * 1024 - 1, 'x'), Buffer.from('\r\nmore')]) },
    ],
    ['noise', { stdout: NOISE.subarray(0, MIB / 2), stderr: NOISE.subarray(MIB / 2, MIB) }],
    ['more than is compared as a whole', { stdout: NOISE }],
    ['the same, on stderr', { stdout: Buffer.alloc(0), stderr: NOISE }],
    ['the same noise on both', { stdout: NOISE, stderr: NOISE }],
    ['much, over and over', { stdout: Buffer.alloc(2 * MIB, LINE) }],
    ['much, in one line', { stdout: Buffer.from(`{"data": "${NOISE.toString('hex')}"}`) }],
  ] satisfies [string, Told][])('%s', async (_what, arrived) => {
    expect(await proofOf({ arrived })).toEqual(WHOLE)
  })
})

describe.concurrent('what is missing is found', () => {
  const text = Buffer.from('one\ntwo\nthree\n')
  test.each([
    [
      'a byte more in the middle of a small log',
      { stdout: text },
      { stdout: Buffer.from('one\ntw\nthree\n') },
    ],
    ['the end of a large output', { stdout: NOISE }, { stdout: NOISE.subarray(0, -1) }],
    ['most of a large output', { stdout: NOISE }, { stdout: NOISE.subarray(0, 2 * MIB) }],
    ['the beginning of a large output', { stdout: NOISE }, { stdout: NOISE.subarray(1) }],
    [
      'stderr at the end of a large output',
      { stdout: NOISE, stderr: text },
      { stdout: NOISE, stderr: text.subarray(0, 4) },
    ],
    [
      'the end of one that repeats itself, too large to compare',
      { stdout: Buffer.alloc(12 * MIB, LINE) },
      { stdout: Buffer.alloc(11 * MIB, LINE) },
    ],
  ] satisfies [string, Told, Told][])('%s', async (_what, wrote, arrived) => {
    expect(await proofOf({ wrote, arrived })).toMatchObject({ kind: 'unproven' })
  })
})

describe.concurrent('what is ahead of all that arrived is told', () => {
  test.each([
    ['of stdout', { stdout: Buffer.from('one\ntwo\n') }, { stdout: Buffer.from('two\n') }, 'one\n'],
    ['everything', { stdout: Buffer.from('one\ntwo\n') }, { stdout: Buffer.alloc(0) }, 'one\ntwo\n'],
    [
      'of stderr',
      { stdout: Buffer.from('x\n'), stderr: Buffer.from('a\nb\n') },
      { stdout: Buffer.from('x\n'), stderr: Buffer.from('b\n') },
      'a\n',
    ],
  ] satisfies [string, Told, Told, string][])('%s', async (...[, wrote, arrived, before]) => {
    expect(await proofOf({ wrote, arrived })).toEqual({ kind: 'whole', before: Buffer.from(before) })
  })

  test('all of a large output that repeats itself, though its ends would match', async () => {
    const [wrote, arrived] = [
      { stdout: Buffer.alloc(3 * MIB, LINE) },
      { stdout: Buffer.alloc(2 * MIB, LINE) },
    ]
    const proof = await proofOf({ wrote, arrived })
    expect(proof.kind === 'whole' && proof.before.equals(Buffer.alloc(MIB, LINE))).toBe(true)
  })
})

describe.concurrent('a log that is late, or gone', () => {
  test('one that is behind is asked again', async () => {
    const arrived = { stdout: Buffer.from('hello\n') }
    expect(await proofOf({ arrived, log: { lag: { ms: 60, bytes: 3 } } })).toEqual(WHOLE)
    expect(await proofOf({ arrived, log: { lag: { ms: 60_000, bytes: 3 } } })).toMatchObject({
      kind: 'unproven',
    })
  })

  test('one that is all there is has to have come to rest', async () => {
    const wrote = { stdout: Buffer.from('one\ntwo\n') }
    const arrived = { stdout: Buffer.alloc(0) }
    for (const bytes of [4, 8]) {
      const proof = await proofOf({ wrote, arrived, log: { lag: { ms: 60, bytes } } })
      expect(proof).toEqual({ kind: 'whole', before: wrote.stdout })
    }
  })

  test('one whose head was read before it was rotated away will do', async () => {
    const log = { rotateAfterBytes: MIB }
    const arrived = { stdout: Buffer.from(NOISE.toString('base64').replaceAll(/.{60}/g, '$&\n')) }
    const earlyHead = arrived.stdout.subarray(0, HEAD_BYTES)
    expect(await proofOf({ arrived, log, earlyHead })).toEqual(WHOLE)
    expect(await proofOf({ arrived, log })).toMatchObject({ kind: 'unproven' })
    expect(await proofOf({ arrived, log, earlyHead: earlyHead.subarray(0, 10) })).toMatchObject({
      kind: 'unproven',
    })
  })

  test('one that was rotated just before its end is too little', async () => {
    const stdout = Buffer.concat([
      Buffer.from(NOISE.toString('base64').replaceAll(/.{60}/g, '$&\n')),
      Buffer.from('\nend\n'),
    ])
    const log = { rotateAfterBytes: stdout.length - 20 }
    const proof = await proofOf({ arrived: { stdout }, log, earlyHead: stdout.subarray(0, HEAD_BYTES) })
    expect(proof).toMatchObject({ kind: 'unproven' })
  })
})
