import { describe, expect, test } from 'vitest'

import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { type Judgement, withJudgement, wordJudgement } from '../../action/report/word-judgement.ts'
import { runRecord } from '../support/candidate.ts'

const url = 'https://github.com/acme/parcels/actions/runs/7'
const plain = runRecord()
const gate = plain.gates[0] ?? expect.fail('no gate')
const metric = plain.metrics[0] ?? expect.fail('no metric')

function judged(record: RunRecord | null, isGood = true): Judgement {
  return { run: 7, url, isGood, record }
}

describe('wordJudgement()', () => {
  test('tells numbers and gates beside those of the newest release, and that their rows differ', () => {
    const older = runRecord({ metrics: [{ ...metric, value: 0.855, low: 0.842, high: 0.868, rows: 3400 }] })
    expect(wordJudgement(judged(plain), { tag: 'parcels-v11', record: older })).toBe(
      `**Candidate.** roc_auc 0.861 (0.848–0.873) on 3,540 test rows, judged by [run 7](${url}). All gates pass (1). The newest release, \`parcels-v11\`, had roc_auc 0.855 (0.842–0.868) on 3,400 test rows: +0.006, of other rows, so that it is no test of the difference.`,
    )
  })

  test('names the gates that say no, and says where there is nothing to compare it with', () => {
    const bad = runRecord({ gates: [gate, { ...gate, gate: 'no-worse', kind: 'fail', reason: '0.70 < 0.75' }] })
    expect(wordJudgement(judged(bad, false), undefined)).toContain(
      '**1 of 2 gates pass**: `no-worse` 0.70 &lt; 0.75. There is no release to compare it with.',
    )
  })

  test('says where the report is where nothing of it can be read', () => {
    expect(wordJudgement(judged(null, false), undefined)).toBe(
      `**Candidate.** The checks failed: [run 7](${url}) has the report.`,
    )
  })
})

test('withJudgement() changes its own paragraph alone', () => {
  const body = '**Data.** x\n\n**Candidate.** not known\n\n**Cost.** **Candidate.** y'
  expect(withJudgement(body, '**Candidate.** $1 $&')).toBe(
    '**Data.** x\n\n**Candidate.** $1 $&\n\n**Cost.** **Candidate.** y',
  )
})
