import { expect, test } from 'vitest'
import type { AuditEntry } from '../../action/registry/audit-entries.ts'
import { auditCsv } from '../../action/report/audit-csv.ts'
import { csvOf } from '../../action/report/csv.ts'
import { type Audit, reportAudit } from '../../action/report/report-audit.ts'

const tag = 'parcels-v12-g1a2b3c4d-d7f3a91c2'

const nothing: AuditEntry = {
  ...{ seq: 211, file: 'records/0/211-deployed.json', at: '2025-03-06T07:30:00.000Z', kind: 'deployed' },
  ...{ model: 'parcels', actor: 'ada', tag, trigger: null, data: null, commit: null, runKey: null, outcome: null },
  ...{ gates: [], metrics: [], reason: 'newer data', environment: 'production', did: 'started', share: 5, alias: null },
  ...{ pull: null, deployments: [], approval: { kind: 'not asked' } },
}

const published: AuditEntry = {
  ...nothing,
  ...{ seq: 210, file: 'records/0/210-published.json', at: '2025-03-04T06:12:00.000Z', kind: 'published' },
  trigger: { kind: 'drift', actor: 'drift.yml', reason: 'carrier 0.31 (#41)' },
  data: { digest: '7f3a91c2'.repeat(8), rows: 43_118 },
  ...{ commit: '1a2b3c4d'.repeat(5), runKey: '9c41'.repeat(16), outcome: 'passed' },
  gates: [{ gate: 'floor', kind: 'pass', reason: '0.861 ≥ 0.75' }],
  metrics: [{ name: 'roc_auc', value: 0.861 }],
  ...{ reason: null, environment: null, did: null, share: null },
  deployments: [{ environment: 'production', did: 'started', share: 5, at: nothing.at, actor: 'ada' }],
  approval: {
    kind: 'merged',
    by: 'grace',
    at: '2025-03-04T06:00:00Z',
    pull: 41,
    url: 'https://github.com/acme/parcels/pull/41',
    approvers: [
      { by: 'ada', at: '2025-03-04T05:30:00Z' },
      { by: '=eve()', at: '2025-03-04T05:40:00Z' },
    ],
  },
}

const audit: Audit = {
  ...{
    repository: 'acme/parcels',
    head: 'f'.repeat(40),
    from: '2025-03-01T00:00:00.000Z',
    to: '2025-04-01T00:00:00.000Z',
  },
  ...{ total: 212, entries: [published, nothing], csv: null },
  verification: {
    isVerified: false,
    checks: [
      { name: 'chain', outcome: 'disagrees', detail: '212 records by 213 commits' },
      { name: 'copies', outcome: 'cannot see', detail: 'this folder has read no ledger before' },
    ],
    findings: [
      {
        check: 'chain',
        file: 'records/0/97-run.json',
        seq: 97,
        problem: 'it was edited by 0badf00d "tidy" of Eve, 2025-03-09: actor "ada", was "eve"',
      },
    ],
    mended: [],
    unseen: [],
  },
}

test('reportAudit() reads like this', () => {
  expect(reportAudit(audit).text).toMatchInlineSnapshot(`
    "NOT VERIFIED  acme/parcels · 1 thing disagrees · 2 records from 2025-03-01 before 2025-04-01 (UTC) · of 212 in all
      chain   ✗ disagrees   212 records by 213 commits
      copies  – cannot see  this folder has read no ledger before

      ✗ records/0/97-run.json  it was edited by 0badf00d "tidy" of Eve, 2025-03-09: actor "ada", was "eve"

      record  when (UTC)        what                                                          by   why                                     result                                               let in by
      210     2025-03-04 06:12  published parcels-v12-g1a2b3c4d-d7f3a91c2                     ada  drift by drift.yml: carrier 0.31 (#41)  passed · 1 of 1 gates · roc_auc 0.861 · 43,118 rows  grace (#41) · approved by ada, =eve()
      211     2025-03-06 07:30  started parcels-v12-g1a2b3c4d-d7f3a91c2 in production at 5 %  ada  newer data

      Runs of pull requests leave an artifact and no record: they are not told here."
  `)
})

test('reportAudit() shows no text that moves the cursor or makes Markdown', () => {
  const hostile = '\u001B[31m| @everyone <!-- `x` ](http://x) \u202E::set-output\n# title'
  const entry = { ...nothing, actor: hostile, reason: hostile, tag: hostile, environment: hostile }
  const { text, markdown } = reportAudit({ ...audit, entries: [entry] })
  // oxlint-disable-next-line no-control-regex -- what is looked for
  expect(text).not.toMatch(/[\u001B\u202E]|^#/m)
  expect(markdown).not.toMatch(/<!--|@everyone|[^\\]\]\(http|^# title/m)
  expect(markdown.split('\n').filter((line) => line.startsWith('| 211'))).toHaveLength(1)
})

test('reportAudit() names the first fifty things that disagree, and counts the rest', () => {
  const { verification } = audit
  const [finding] = verification?.findings ?? []
  const findings = Array.from({ length: 1050 }, () => finding).flatMap((one) => one ?? [])
  const { text, markdown, outputs } = reportAudit({
    ...audit,
    verification: verification && { ...verification, findings },
  })
  expect(text.match(/✗ records/g)).toHaveLength(50)
  for (const report of [text, markdown]) expect(report).toContain('1,000 more things disagree; --json has them all.')
  expect(text).toMatch(/^NOT VERIFIED {2}acme\/parcels · 1,050 things disagree/)
  expect(outputs['findings']).toBe('1050')
})

test('auditCsv() has a row of one line for each record, and the same columns in each', () => {
  const rows = auditCsv([published, nothing]).trimEnd().split('\r\n')
  expect(rows.map((row) => row.split('","').length)).toEqual([28, 28, 28])
  expect(rows[1]).toContain('"drift","drift.yml","carrier 0.31 (#41)"')
  expect(rows[1]).toContain(
    '"merged","grace","2025-03-04T06:00:00Z","ada 2025-03-04T05:30:00Z; =eve() 2025-03-04T05:40:00Z","41"',
  )
})

test.each([
  ['=1+1', `"'=1+1"`],
  ['+cmd', `"'+cmd"`],
  ['-2', `"'-2"`],
  ['@sum', `"'@sum"`],
  ['\t=1', `"' =1"`],
  ['\r=1', `"' =1"`],
  ['  =1', `"'  =1"`],
  ['＝1', `"'＝1"`],
  ['a "b", c', '"a ""b"", c"'],
  ['two\nlines\u0000', '"two lines"'],
  ['plain - text', '"plain - text"'],
])('csvOf() writes %j as a cell that no spreadsheet runs', (text, cell) => {
  expect(csvOf(['a'], [[text]])).toBe(`"a"\r\n${cell}\r\n`)
})
