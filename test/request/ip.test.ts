import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isIp } from '../../src/request/ip.ts'

describe('an IP address', () => {
  test.each([
    '0.0.0.0',
    '255.255.255.255',
    '10.96.0.10',
    '::',
    '::1',
    'fe80::1',
    'FD00::a',
    '1:2:3:4:5:6:7:8',
    '::ffff:1.2.3.4',
  ])('%s is one', (text) => {
    expect(isIp(text)).toBe(true)
  })

  test.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4/8',
    ':',
    ':::',
    '1::2::3',
    'g::1',
    'fe80::1%eth0',
    '[::1]',
    'localhost',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
  ])('%j is none', (text) => {
    expect(isIp(text)).toBe(false)
  })

  test('is what Node takes for one', () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(fc.constantFrom('1', '25', 'f', ':', '.', '::', '0')).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (address) => isIp(address) === isIP(address) > 0),
      { numRuns: 2000 },
    )
  })
})
