import { defineConfig } from 'vitest/config'

/** What `npm test` runs: nothing in it needs more than Node, git and Python. */
export default defineConfig({
  define: { PLUMBLINE_VERSION: '"0.0.0-source"' },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/ci/**'],
    globalSetup: ['./scripts/build-before-tests.mjs'],
    setupFiles: ['./test/support/random-seed.ts'],
    pool: 'forks',
    // Much of the time they wait for processes and disks.
    maxWorkers: '100%',
    testTimeout: 180_000,
    hookTimeout: 240_000,
    passWithNoTests: false,
    reporters: ['default', './scripts/tally-reporter.mjs'],
    allowOnly: false,
  },
})
