import { describe, expect, test } from 'vitest'

import { reportRun } from '../../action/report/report-run.ts'
import { runRecord } from '../support/candidate.ts'

const cached = runRecord().stages.map((stage) => ({ ...stage, outcome: 'cached' as const }))

describe('reportRun()', () => {
  test('shows the numbers of a run that made something', () => {
    const { text, next } = reportRun(runRecord())
    expect(text).toMatch(/^PASS {2}floor 0\.861 ≥ 0\.75\n\n {2}roc_auc {2}0\.861 .*\n\n {2}2 of 2 stages ran in 12 s/s)
    expect(next).toBe('plumbline register')
  })

  test('says in one line that everything came from the cache', () => {
    const { text } = reportRun(runRecord({ stages: cached }))
    expect(text).toMatch(/^PASS {2}floor 0\.861 ≥ 0\.75 · all 2 stages from the cache \(run key [0-9a-f]{8}\)$/)
  })

  test('tells no time of a stage that took none', () => {
    expect(reportRun(runRecord()).markdown).toContain('| `train` | ✓ ran | judged fit | 6.1 s |')
    expect(reportRun(runRecord({ stages: cached })).markdown).toContain(
      '| `train` | ✓ from the cache | judged fit |  |',
    )
  })

  test('shows why gates refuse, also from the cache', () => {
    const [gate] = runRecord().gates
    if (!gate) throw new Error('no gate')
    const gates = [{ ...gate, kind: 'fail' as const, reason: '0.861 < 0.9' }]
    const { text, next } = reportRun(runRecord({ outcome: 'refused', gates, stages: cached }))
    expect(text).toMatch(/^FAIL {2}floor 0\.861 < 0\.9\n\n {2}roc_auc/)
    expect(next).toMatch(/run again/)
  })

  test.each([[{ commit: null, uncommitted: 12 }], [{ commit: '1'.repeat(40), uncommitted: 1 }]])(
    'leads to a commit before register where the code is %j',
    (code) => {
      expect(reportRun(runRecord({ code })).next).toBe('git add --all && git commit   then   plumbline register')
    },
  )
})
