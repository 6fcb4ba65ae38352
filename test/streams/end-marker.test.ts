import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UntilMarker } from '../../src/streams/end-marker.ts'

const NONCE = '0123456789abcdef0123456789abcdef'
const MARKER = `\u001e${NONCE}:007\n`

/** What comes through, when `bytes` comes in pieces that end at these places. */
function through(bytes: Buffer, cuts: readonly number[] = []): { data: string; word: string | undefined } {
  const passed: Buffer[] = []
  let word: string | undefined
  const until = new UntilMarker(NONCE, (data) => passed.push(Buffer.from(data)), {
    onEnd: (said) => {
      word = said
    },
  })
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  let from = 0
  for (const to of places) {
    until.write(bytes.subarray(from, to))
    from = to
  }
  const held = Buffer.concat(passed).length
  until.flush()
  expect(word === undefined || Buffer.concat(passed).length === held).toBe(true)
  return { data: Buffer.concat(passed).toString('latin1'), word }
}

describe('a stream up to its end marker', () => {
  // Bytes that a marker is made of are the ones that could be taken for one.
  const tricky = fc.array(
    fc.oneof(
      fc.constantFrom('\u001e', `\u001e${NONCE}`, `\u001e${NONCE}:`, NONCE, '\u001e0123'),
      fc.string(),
    ),
  )

  test('comes through whole, without the marker and what follows it, however it is cut', () => {
    fc.assert(
      fc.property(tricky, fc.array(fc.nat()), fc.string(), (parts, cuts, after) => {
        const data = parts.map((part) => (part.endsWith(':') ? `${part}x` : part)).join('')
        fc.pre(!data.includes(`\u001e${NONCE}:`))
        const bytes = Buffer.from(`${data}${MARKER}${after}`)
        expect(through(bytes, cuts)).toEqual({ data: Buffer.from(data).toString('latin1'), word: '007' })
      }),
    )
  })

  test('without its marker has no end, and nothing of it is lost', () => {
    fc.assert(
      fc.property(tricky, fc.array(fc.nat()), (parts, cuts) => {
        const bytes = Buffer.from(parts.join('').replaceAll(`\u001e${NONCE}:`, ''))
        expect(through(bytes, cuts)).toEqual({ data: bytes.toString('latin1'), word: undefined })
      }),
    )
  })

  test.each(MARKER.split('').map((_, index) => index))(
    'cut %d bytes into the marker has no end',
    (length) => {
      const bytes = Buffer.from(`data${MARKER.slice(0, length)}`)
      expect(through(bytes).word).toBeUndefined()
    },
  )

  test('holds nothing back that cannot be a marker', () => {
    const passed: string[] = []
    const until = new UntilMarker(NONCE, (data) => passed.push(data.toString()), { onEnd: () => undefined })
    until.write(Buffer.from('working '))
    until.write(Buffer.from('\u001e[31mred'))
    expect(passed).toEqual(['working ', '\u001e[31mred'])
  })

  test('goes on behind the mark of its start, however it is cut', () => {
    const bytes = Buffer.from(`\u001e${NONCE}:BEG\nout${MARKER}after`)
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const seen: string[] = []
      const until = new UntilMarker(NONCE, (data) => seen.push(data.toString()), {
        onEnd: (word) => seen.push(`end ${word}`),
        start: { word: 'BEG', onStart: () => seen.push('start ') },
      })
      until.write(bytes.subarray(0, cut))
      until.write(bytes.subarray(cut))
      expect(seen.join('')).toBe('start outend 007')
    }
  })
})
