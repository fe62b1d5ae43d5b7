// Counts what vitest ran, for the last line of `npm test`; a run in which no test passed is a failed one.
import { writeFileSync } from 'node:fs'

export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors, reason) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state) => tests.filter((test) => test.result().state === state).length
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length
    const tally = {
      passed: count('passed'),
      failed: count('failed') + brokenFiles + unhandledErrors.length,
      skipped: count('skipped'),
      interrupted: reason === 'interrupted',
    }
    if (tally.passed === 0) process.exitCode = 1
    const file = process.env['PLUMBLINE_TALLY']
    if (file !== undefined) writeFileSync(file, JSON.stringify(tally))
  }
}
