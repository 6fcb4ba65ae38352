import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isMerge,
  isMergeOfHeads,
  isMergeOfTails,
  lengthWithCarriageReturns,
  withoutCarriageReturns,
} from '../../src/streams/merge.ts'

/** Few letters, so that the streams look alike. */
const lines = fc
  .array(fc.constantFrom('a', 'b', 'aa', '', 'ab', 'c'), { maxLength: 12 })
  .map((all) => all.map((line) => `${line}\n`))

/** Two streams, and a log in which their lines are in any order that keeps each stream's own. */
const merged = fc.tuple(lines, lines, fc.array(fc.boolean(), { maxLength: 40 })).map(([out, err, turns]) => {
  const [stdout, stderr] = [[...out], [...err]]
  const log: string[] = []
  for (const turn of turns) log.push(...(turn ? stdout : stderr).splice(0, 1))
  log.push(...stdout, ...stderr)
  return {
    log: Buffer.from(log.join('')),
    stdout: Buffer.from(out.join('')),
    stderr: Buffer.from(err.join('')),
  }
})

describe('a log of two streams', () => {
  test('is a merge of them, in whatever turns they spoke', () => {
    fc.assert(
      fc.property(merged, (all) => {
        expect(isMerge(all)).toBe(true)
      }),
    )
  })

  test('is none with a byte more or less of a stream than it has', () => {
    fc.assert(
      fc.property(merged, fc.nat(), (all, at) => {
        fc.pre(all.stdout.length > 0)
        const cut = at % all.stdout.length
        expect(isMerge({ ...all, stdout: all.stdout.subarray(0, cut) })).toBe(false)
        expect(isMerge({ ...all, stdout: all.stdout.subarray(cut + 1) })).toBe(false)
        expect(isMerge({ ...all, stdout: Buffer.concat([all.stdout, Buffer.from('x')]) })).toBe(false)
      }),
    )
  })

  test('is none with a byte that is another', () => {
    fc.assert(
      fc.property(merged, fc.nat(), (all, at) => {
        fc.pre(all.stdout.length > 0)
        const stdout = Buffer.from(all.stdout)
        stdout[at % stdout.length] = 'x'.charCodeAt(0)
        expect(isMerge({ ...all, stdout })).toBe(false)
      }),
    )
  })

  test('is judged as a slow and simple judge would', () => {
    fc.assert(
      fc.property(
        merged,
        fc.array(fc.constantFrom('a', 'b', '\n'), { maxLength: 6 }),
        ({ stdout, stderr }, other) => {
          const [out, err, log] = [stdout.subarray(0, 5), stderr.subarray(0, 5), Buffer.from(other.join(''))]
          expect(isMerge({ log, stdout: out, stderr: err })).toBe(simpleJudge(log, out, err))
        },
      ),
    )
  })
})

function simpleJudge(log: Buffer, stdout: Buffer, stderr: Buffer): boolean {
  if (log.length === 0) return stdout.length === 0 && stderr.length === 0
  const rest = log.subarray(1)
  const byStdout = stdout.length > 0 && stdout[0] === log[0] && simpleJudge(rest, stdout.subarray(1), stderr)
  return (
    byStdout || (stderr.length > 0 && stderr[0] === log[0] && simpleJudge(rest, stdout, stderr.subarray(1)))
  )
}

describe('the ends of a log', () => {
  test('are merges of the ends of both streams, however much of it there is', () => {
    fc.assert(
      fc.property(merged, fc.nat(), (all, at) => {
        const cut = at % (all.log.length + 1)
        expect(isMergeOfHeads({ ...all, log: all.log.subarray(0, cut) })).toBe(true)
        expect(isMergeOfTails({ ...all, log: all.log.subarray(cut) })).toBe(true)
      }),
    )
  })

  test('are none where the stream lost its beginning, or its end', () => {
    const noise = (seed: number): Buffer =>
      Buffer.from(Array.from({ length: 400 }, (_, at) => (at * at * seed + at) % 256))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 3, max: 99 }), (loss, seed) => {
        const stdout = noise(2 * seed + 1)
        const stderr = Buffer.from('warning\n')
        const log = Buffer.concat([stderr, stdout])
        expect(isMergeOfTails({ log: log.subarray(-300), stdout: stdout.subarray(0, -loss), stderr })).toBe(
          false,
        )
        expect(isMergeOfHeads({ log: log.subarray(0, 300), stdout: stdout.subarray(loss), stderr })).toBe(
          false,
        )
      }),
    )
  })

  test('a log longer than the streams is no merge of their ends', () => {
    const [log, stdout, stderr] = [Buffer.from('xabc'), Buffer.from('abc'), Buffer.alloc(0)]
    expect(isMergeOfTails({ log, stdout, stderr })).toBe(false)
    expect(isMergeOfHeads({ log: Buffer.from('abcx'), stdout, stderr })).toBe(false)
  })
})

describe('the worst case', () => {
  const same = Buffer.alloc(1024 * 1024, 'y\n')

  test('two streams that are the same line over and over are judged soon', () => {
    const log = Buffer.concat([same, same])
    expect(isMerge({ log, stdout: same, stderr: same })).toBe(true)
    expect(
      isMerge({ log: Buffer.concat([log.subarray(1), Buffer.from('x')]), stdout: same, stderr: same }),
    ).toBe(false)
  }, 20_000)

  test('so are their ends, and what takes too long to tell is not claimed', () => {
    const log = same.subarray(0, 128 * 1024)
    const streams = { stdout: same.subarray(0, 128 * 1024), stderr: same.subarray(0, 128 * 1024) }
    expect([true, false]).toContain(isMergeOfTails({ log, ...streams }))
    expect([true, false]).toContain(isMergeOfHeads({ log, ...streams }))
  }, 20_000)

  test('the same noise on both is told apart', () => {
    const noise = randomBytes(256 * 1024)
    expect(isMerge({ log: Buffer.concat([noise, noise]), stdout: noise, stderr: noise })).toBe(true)
  })
})

describe('carriage returns', () => {
  test.each([
    ['a\r\nb', 'a\nb'],
    ['a\r\r\nb', 'a\nb'],
    ['a\rb\r', 'a\rb\r'],
    ['\r\n\r\n', '\n\n'],
    ['none', 'none'],
  ])('%j is compared as %j', (text, expected) => {
    expect(withoutCarriageReturns(Buffer.from(text)).toString()).toBe(expected)
  })

  test('whatever else the bytes are, they stay', () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const without = withoutCarriageReturns(Buffer.concat([every, Buffer.from('\r\n')]))
    expect(without.equals(Buffer.concat([every, Buffer.from('\n')]))).toBe(true)
  })
})

test.each(['', 'ab', 'a\r\nb\r\n', '\r\r\n', 'a\rb\n', '\r', 'a\r\r\nb\r'])(
  'a length without carriage returns is found again in %j',
  (text) => {
    const bytes = Buffer.from(text)
    const { length } = withoutCarriageReturns(bytes)
    for (let kept = 0; kept <= length; kept += 1) {
      const found = bytes.subarray(0, lengthWithCarriageReturns(bytes, kept))
      // A CR at the end of the piece may stand before a LF that the piece no longer has.
      expect(withoutCarriageReturns(Buffer.concat([found, bytes.subarray(found.length)]))).toHaveLength(
        length,
      )
      expect(withoutCarriageReturns(found)).toHaveLength(kept)
    }
  },
)
