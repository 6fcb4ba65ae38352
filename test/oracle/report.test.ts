import { expect, test } from 'vitest'
import { type Row, table, totals } from './report.ts'
import { series } from './series.ts'

const PART = { part: 'stdout', docker: '"a"', krmpod: '"b"' } as const
const ROWS: readonly Row[] = [
  { name: 'one', verdict: { kind: 'equal' } },
  { name: 'two', verdict: { kind: 'documented', key: 'a-key', parts: [PART] } },
  { name: 'three', verdict: { kind: 'undocumented', parts: [PART] } },
  { name: 'four', verdict: { kind: 'gone', key: 'a-key', parts: [{ ...PART, krmpod: '"a"' }] } },
  { name: 'five', verdict: { kind: 'pointless', why: 'no' } },
]

test('the report lists what is not equal', () => {
  expect(table(ROWS)).toBe(
    [
      'case   why             part    docker  krmpod',
      'two    a-key           stdout  "a"     "b"',
      'three  NOT DOCUMENTED  stdout  "a"     "b"',
      'four   GONE: a-key     stdout  "a"     "a"',
      'five   POINTLESS               no',
      '',
    ].join('\n'),
  )
  expect(table(ROWS.slice(0, 1))).toBe('')
})

test('the last line counts', () => {
  const early = [
    { exact: 99, of: 100, others: [] },
    { exact: 100, of: 100, others: [] },
  ]
  expect(totals(ROWS, early)).toBe(
    'oracle: 5 cases, 1 equal, 1 different as documented, 1 different and not documented, 1 documented and not different, 1 pointless, early speakers: 199 of 200 exact',
  )
})

test('a series counts verdicts, equal ones and each of the others', async () => {
  let calls = 0
  const figures = await series(10, () => {
    calls += 1
    return Promise.resolve(calls % 5 === 0 ? { kind: 'undocumented', parts: [PART] } : { kind: 'equal' })
  })
  expect({ calls, ...figures }).toEqual({
    calls: 10,
    exact: 8,
    of: 10,
    others: [{ times: 2, verdict: { kind: 'undocumented', parts: [PART] } }],
  })
})
