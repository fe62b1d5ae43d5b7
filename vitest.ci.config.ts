import { defineConfig } from 'vitest/config'

/** What `.ci/run` adds: tests that need act, linters of workflows, or the data sets. One file at a time: they use both cores. */
export default defineConfig({
  define: { PLUMBLINE_VERSION: '"0.0.0-source"' },
  test: {
    include: ['test/ci/**/*.test.ts'],
    globalSetup: ['./scripts/build-before-tests.mjs'],
    setupFiles: ['./test/support/random-seed.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 600_000,
    passWithNoTests: false,
    reporters: ['default', './scripts/tally-reporter.mjs'],
    allowOnly: false,
  },
})
