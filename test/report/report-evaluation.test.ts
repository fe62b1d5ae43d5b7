import { describe, expect, test } from 'vitest'

import type { GateVerdict } from '../../action/evaluation/judge-gates.ts'
import type { MetricValue } from '../../action/evaluation/metric.ts'
import { gatesCount, gatesLine, metricWords, reportEvaluation } from '../../action/report/report-evaluation.ts'

const auc: MetricValue = { name: 'roc_auc', value: 0.86149, low: 0.8484, high: 0.8731, better: 'higher', rows: 3540 }
const loss: MetricValue = { name: 'log_loss', value: 0.41, better: 'lower', rows: 3540 }

const floor: GateVerdict = {
  gate: 'floor',
  kind: 'pass',
  metric: 'roc_auc',
  value: 0.86149,
  min: 0.75,
  reason: '0.861 ≥ 0.75',
  slices: [],
}
const weekdays: GateVerdict = {
  gate: 'weekdays',
  kind: 'fail',
  metric: 'accuracy',
  value: 0.54,
  min: 0.6,
  reason: 'worst Sun 0.54 < 0.6 (n 512)',
  slices: [
    { slice: 'weekday = Sun', rows: 512, value: 0.54, kind: 'fail' },
    { slice: 'weekday = Mon', rows: 1498, value: 0.81, kind: 'pass' },
    { slice: 'weekday is missing', rows: 3, value: null, kind: 'insufficient data', reason: 'fewer than 200 rows' },
  ],
}

describe('reportEvaluation()', () => {
  test('begins with the verdict and what did not pass', () => {
    expect(reportEvaluation([auc, loss], [floor, weekdays]).text).toBe(
      [
        'FAIL  weekdays worst Sun 0.54 < 0.6 (n 512) · floor 0.861 ≥ 0.75',
        '',
        '  roc_auc   0.861 (0.848–0.873) · higher is better · 3,540 rows',
        '  log_loss  0.41 · lower is better · 3,540 rows',
      ].join('\n'),
    )
  })

  test('shows gates, metrics and slices as tables, worst first', () => {
    expect(reportEvaluation([auc, loss], [floor, weekdays]).markdown).toBe(
      `**✗ FAIL** · 1 of 2 gates pass

| gate | verdict | metric | why |
| --- | --- | --- | --- |
| \`weekdays\` | ✗ fail | \`accuracy\` | worst Sun 0.54 &lt; 0.6 (n 512) |
| \`floor\` | ✓ pass | \`roc_auc\` | 0.861 ≥ 0.75 |

| metric | value | 95 % interval | better | rows |
| --- | ---: | ---: | --- | ---: |
| \`roc_auc\` | 0.861 | 0.848–0.873 | higher | 3,540 |
| \`log_loss\` | 0.41 |  | lower | 3,540 |

<details><summary><code>weekdays</code>: 3 slices</summary>

| slice | verdict | \`accuracy\` | rows |
| --- | --- | ---: | ---: |
| weekday = Sun | ✗ fail | 0.54 | 512 |
| weekday = Mon | ✓ pass | 0.81 | 1,498 |
| weekday is missing | ? insufficient data | fewer than 200 rows | 3 |

</details>`,
    )
  })

  test('keeps to twenty slices and counts the rest', () => {
    const slices = Array.from({ length: 25 }, (_, index) => ({
      slice: `hour = ${index}`,
      rows: 9,
      value: 0.9,
      kind: 'pass' as const,
    }))
    const { markdown } = reportEvaluation([], [{ ...weekdays, slices }])

    expect(markdown).toContain('hour = 19')
    expect(markdown).not.toContain('hour = 20')
    expect(markdown).toContain('… and 5 more')
  })

  test('disarms values of the data', () => {
    const evil = 'x | y <img> @team\n# hi \u001B[2J'
    const slices = [{ slice: `name = ${evil}`, rows: 9, value: 0.1, kind: 'fail' as const }]
    const { text, markdown } = reportEvaluation([auc], [{ ...weekdays, reason: `worst ${evil}`, slices }])

    expect(text).not.toContain('\u001B')
    expect(text.split('\n')[0]).toBe('FAIL  weekdays worst x | y <img> @team # hi ')
    expect(markdown).not.toContain('\u001B')
    expect(markdown).not.toMatch(/<img>|@team/)
    expect(markdown.split('\n')).toContain('| name = x &#124; y &lt;img&gt; @&#8203;team # hi | ✗ fail | 0.1 | 9 |')
  })
})

describe('gatesLine()', () => {
  test('passes with all reasons', () => {
    expect(gatesLine([floor])).toBe('PASS  floor 0.861 ≥ 0.75')
  })

  test('does not pass without data', () => {
    const thin = {
      ...weekdays,
      kind: 'insufficient data' as const,
      reason: 'no slice by weekday has 200 rows (the largest: n 12)',
    }

    expect(gatesLine([floor, thin])).toBe(
      'INSUFFICIENT DATA  weekdays no slice by weekday has 200 rows (the largest: n 12) · floor 0.861 ≥ 0.75',
    )
  })

  test('says that nothing was asked', () => {
    expect(gatesLine([])).toBe('PASS  no gates are set')
  })
})

describe('gatesCount()', () => {
  test('counts those that pass', () => {
    expect(gatesCount([floor, weekdays])).toBe('1 of 2')
  })
})

describe('metricWords()', () => {
  test.each([
    [auc, 'roc_auc 0.861 (0.848–0.873)'],
    [loss, 'log_loss 0.41'],
    [
      { ...auc, value: null, reason: 'no row is of class "a"', low: undefined, high: undefined },
      'roc_auc undefined: no row is of class "a"',
    ],
  ])('of %o is %s', (metric, words) => {
    const { low, high, ...rest } = metric
    expect(metricWords({ ...rest, ...(low !== undefined && { low }), ...(high !== undefined && { high }) })).toBe(words)
  })
})
