import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/disruptive/**', 'test/oracle/oracle.test.ts'],
          // Runs against the fake mostly wait: many at once, each with time for a busy machine.
          maxConcurrency: 16,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'oracle',
          include: ['test/oracle/oracle.test.ts'],
          globalSetup: ['test/oracle/setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxConcurrency: 4,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Two cores run the cluster, too.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'disruptive',
          include: ['test/disruptive/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
