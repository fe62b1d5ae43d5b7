import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { compareRuns } from '../../action/pipeline/compare-runs.ts'
import { listRuns } from '../../action/pipeline/list-runs.ts'
import { mergeRuns } from '../../action/pipeline/merge-runs.ts'
import { parseRunRecord } from '../../action/pipeline/parse-run-record.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { showRun } from '../../action/pipeline/show-run.ts'
import { sumCosts } from '../../action/pipeline/sum-costs.ts'
import { reportCost } from '../../action/report/report-cost.ts'
import { reportRunDiff } from '../../action/report/report-run-diff.ts'
import { reportRunRecord } from '../../action/report/report-run-record.ts'
import { reportRuns } from '../../action/report/report-runs.ts'
import { runRecord } from '../support/candidate.ts'

const prices = { perMinute: { default: 0.006 } }
const sources = { ledger: { kind: 'read', runs: 2 }, problems: [] } as const
const currency = 'USD'

/** Every report that shows two records. */
function reports(one: RunRecord, other: RunRecord): readonly { readonly text: string; readonly markdown: string }[] {
  const runs = mergeRuns([one], [other], [])
  const [newer, older] = [runs[0], runs.at(-1)]
  if (!newer || !older) throw new Error('no runs')
  const metric = one.metrics[0]?.name ?? null
  const [before, after] = [showRun(older, prices), showRun(newer, prices)]
  const comparison = compareRuns(before.record, after.record)
  const files = { added: [one.model], removed: [], changed: [] }
  const sums = sumCosts([one, other], 'model', prices, { since: null, until: null })
  return [
    reportRuns({ ...listRuns(runs, { limit: 5, metric, prices }), currency, sources }),
    reportRunRecord({ ...after, currency, sources }),
    reportRunDiff({ before, after, comparison, code: files, data: files, isAll: true, currency, sources }),
    reportCost({ ...sums, by: 'model', since: null, until: null, currency, model: one.model, budget: null, sources }),
  ]
}

/** The record with every text that nothing else depends on replaced. */
function withTexts(text: string): RunRecord {
  const record = runRecord({ runKey: sha256(text), startedAt: '2025-03-05T06:00:00.000Z' })
  const [stage] = record.stages
  const [gate] = record.gates
  const [metric] = record.metrics
  if (!stage || !gate || !metric) throw new Error('the record has no parts')
  return {
    ...record,
    model: text,
    outcome: 'failed',
    failure: text,
    trigger: { kind: 'drift', actor: text, reason: text },
    data: { ...record.data, asked: text, since: text, until: text },
    params: { [text]: text },
    environment: { ...record.environment, python: text, system: text },
    stages: [{ ...stage, name: text, detail: text, runner: [text], fallback: text }],
    metrics: [{ ...metric, value: null, reason: text }],
    selfReported: { [text]: 1 },
    gates: [{ ...gate, gate: text, reason: text }],
    degraded: [text],
    part: text,
  }
}

describe('parseRunRecord()', () => {
  test('takes a record for one, and tells a newer version’s apart', () => {
    const record = runRecord()
    expect(parseRunRecord(JSON.parse(JSON.stringify(record)))).toEqual({ ok: true, record })
    expect(parseRunRecord({ schema: 'plumbline/run/v12' })).toEqual({ ok: false, problem: 'newer' })
    expect(parseRunRecord({ schema: 'plumbline/ledger/v1' })).toMatchObject({ problem: 'no record' })
  })

  test.each([
    ['runKey', 'abc', 'record.runKey'],
    ['outcome', 'great', 'record.outcome'],
    ['startedAt', '2025-03-04', 'record.startedAt'],
    ['metrics', [{ name: 'roc_auc', value: '0.9' }], 'record.metrics[0].value'],
    ['selfReported', { loss: 'low' }, 'record.selfReported.loss'],
    ['jobs', [{ job: 'publish' }], 'record.jobs[0].job'],
    ['stages', {}, 'record.stages'],
    ['trigger', null, 'record.trigger'],
  ])('says where %s is wrong', (field, value, where) => {
    expect(parseRunRecord({ ...runRecord(), [field]: value })).toEqual({ ok: false, problem: 'no record', where })
  })

  test('never throws, and what it lets through every report can show', () => {
    const fields = Object.keys(runRecord({ failure: '', degraded: [], sample: { rows: 1 }, hooks: [], jobs: [] }))
    const changed = fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
      const parsed = parseRunRecord({ ...runRecord(), [field]: value })
      if (parsed.ok) reports(parsed.record, runRecord({ runKey: sha256('other') }))
    })
    const foreign = fc.property(fc.jsonValue(), (value) => !parseRunRecord(value).ok)
    expect(() => fc.assert(changed, { numRuns: 2000 })).not.toThrow()
    expect(() => fc.assert(foreign)).not.toThrow()
  })
})

describe('reports of runs', () => {
  test.each([
    '\u001b[2J\u001b]0;title\u0007\r\nsecond line\u2028third',
    '| <img src=x onerror=alert(1)> | `code` **bold** [link](javascript:x) @ada #12 $x$',
    '::error title=x::y',
    '__proto__',
    '',
  ])('show %j as this text, on its line', (text) => {
    const other = runRecord({ runKey: sha256('other') })
    const plain = reports(withTexts('plain'), other)
    for (const [at, { text: words, markdown }] of reports(withTexts(text), other).entries()) {
      expect(words).not.toContain('\u001b')
      expect(words.split('\n')).toHaveLength(plain[at]?.text.split('\n').length ?? 0)
      expect(markdown).not.toMatch(/<img|(?<!\\)\]\(javascript/)
      expect(markdown).not.toContain('\u001b')
      const cells = (line: string) => line.split(/(?<!\\)\|/).length
      const tableOf = (page = '') =>
        page
          .split('\n')
          .filter((line) => line.startsWith('|'))
          .map(cells)
      expect(tableOf(markdown)).toEqual(tableOf(plain[at]?.markdown))
    }
  })
})
