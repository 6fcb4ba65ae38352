import type { Reporter, TestModule } from 'vitest/node'
import type { Verdict } from './compare.ts'
import { type Row, table, totals } from './report.ts'
import type { Series } from './series.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** How krmpod's outcome of a case stands to docker's. */
    oracle?: Verdict
    /** Figures of an early speaker. */
    series?: Series
  }
}

/** Prints what differs, and the totals as the last line. */
export default class OracleReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const rows: Row[] = []
    const early: Series[] = []
    for (const test of tests) {
      const { oracle, series } = test.meta()
      if (oracle) rows.push({ name: test.name, verdict: oracle })
      if (series) {
        early.push(series)
        rows.push(
          ...series.others.map(({ times, verdict }) => ({ name: `${times} times: ${test.name}`, verdict })),
        )
      }
    }
    process.stdout.write(
      `\n${table(rows)}\n${totals(
        rows.filter(({ name }) => !/^\d+ times: /.test(name)),
        early,
      )}\n`,
    )
  }
}
