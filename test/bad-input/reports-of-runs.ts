import { compareRuns } from '../../action/pipeline/compare-runs.ts'
import { estimateAssumption } from '../../action/pipeline/performance-found.ts'
import type { DeploymentState } from '../../action/project/deployment-state.ts'
import type { MetricName } from '../../action/project/metric-kinds.ts'
import type { AuditEntry } from '../../action/registry/audit-entries.ts'
import type { PublishedRecord } from '../../action/registry/record-published.ts'
import type { AssetFacts, ReleaseFacts } from '../../action/registry/release-facts.ts'
import type { Report } from '../../action/report/report.ts'
import { reportAlias } from '../../action/report/report-alias.ts'
import { reportAudit } from '../../action/report/report-audit.ts'
import { reportClean } from '../../action/report/report-clean.ts'
import { reportCost } from '../../action/report/report-cost.ts'
import { reportDownload } from '../../action/report/report-download.ts'
import { reportLineage } from '../../action/report/report-lineage.ts'
import { reportPerformance } from '../../action/report/report-performance.ts'
import { reportRegistration } from '../../action/report/report-registration.ts'
import { reportRegistry } from '../../action/report/report-registry.ts'
import { reportRelease } from '../../action/report/report-release.ts'
import { reportReproduction } from '../../action/report/report-reproduction.ts'
import { reportReuse } from '../../action/report/report-reuse.ts'
import { reportRollout } from '../../action/report/report-rollout.ts'
import { reportRun } from '../../action/report/report-run.ts'
import { reportRunDiff } from '../../action/report/report-run-diff.ts'
import { reportRunRecord } from '../../action/report/report-run-record.ts'
import { reportRuns } from '../../action/report/report-runs.ts'
import { reportScore } from '../../action/report/report-score.ts'
import { reportVerification } from '../../action/report/report-verification.ts'
import { runNamed } from './run-named.ts'

const page = 'https://github.com/acme/parcels/releases/tag/x'
const spent = { billedMinutes: 1, localMinutes: 2, money: null, unpricedMinutes: 1 }

function releasedAs(name: string): PublishedRecord {
  const ids = { runKey: name, commit: name, dataDigest: name }
  return { model: name, version: 1, tag: name, ...ids, publishedAt: name, actor: name, assets: {}, wholes: {} }
}

function factsOf(name: string): ReleaseFacts {
  const asset = (state: AssetFacts['state']): AssetFacts => ({ name, bytes: 7, sha256: name, state })
  return {
    ...releasedAs(name),
    state: 'cleaned',
    cleaned: { at: name, actor: name, reason: name },
    url: null,
    assets: (['as published', 'other bytes', 'gone', 'added'] as const).map(asset),
    bytes: 7,
    aliases: [name],
    live: [{ tag: name, environment: name, role: 'candidate', share: 5 }],
    run: runNamed(name),
  }
}

/** A record of the ledger as an auditor reads it. */
export function entryNamed(name: string): AuditEntry {
  return {
    ...{ seq: 1, file: name, at: name, kind: name, model: name, actor: name, tag: name },
    trigger: { kind: 'manual', actor: name, reason: name },
    data: { digest: name, rows: 1 },
    ...{ commit: name, runKey: name, outcome: 'passed', reason: name, environment: name, did: name, share: 5, pull: 1 },
    gates: [{ gate: name, kind: name, reason: name }],
    metrics: [{ name, value: 1 }],
    alias: { name, was: name },
    deployments: [{ environment: name, did: name, share: 5, at: name, actor: name }],
    approval: { kind: 'merged', by: name, at: name, pull: 1, url: name, approvers: [{ by: name, at: name }] },
  }
}

/** A state whose free texts are `name`; what its reader checks is as it has to be. */
export function stateNamed(name: string): DeploymentState {
  const tag = 'price-v1-g11111111-d22222222'
  const last = { did: 'started', tag, at: name, actor: name, reason: name } as const
  const candidate = { tag: tag.replace('v1', 'v2'), share: 5, since: name }
  return {
    schema: 'plumbline/state/v1',
    model: 'price',
    stable: { tag, since: name },
    previous: { tag },
    candidate,
    last,
  }
}

function lineageOf(name: string): Report {
  const lineage = {
    kind: 'model',
    release: releasedAs(name),
    url: page,
    commit: { sha: name, subject: name, author: name },
    run: runNamed(name),
    previous: { tag: name, dataDigest: name, filesAdded: 0, filesRemoved: 0 },
    model: { name, bytes: 7, sha256: name },
  } as const
  return reportLineage({ lineage, code: { sha: name, subject: name, author: name } })
}

function shownRun(name: string) {
  const record = runNamed(name)
  const { startedAt, outcome, trigger } = record
  const release = { tag: name, version: 1, publishedAt: name }
  return {
    record,
    executions: [{ startedAt, outcome, trigger, spent }],
    spent,
    release,
    isHere: true,
    isInLedger: true,
  }
}

function sourcesOf(name: string) {
  const ledger = { kind: 'cannot see', code: 'github/forbidden', message: name } as const
  return { ledger, problems: [{ file: name, problem: 'no record', where: name }] as const }
}

function diffOf(name: string): Report {
  const files = { added: [name], removed: [name], changed: [name] }
  const side = { name, before: null, after: { name, bytes: 7, sha256: name, state: 'added' }, isSame: false } as const
  return reportRunDiff({
    ...{ before: shownRun(name), after: shownRun(name), comparison: compareRuns(runNamed(name), runNamed(`${name}2`)) },
    ...{ code: files, data: files, assets: [side], isAll: true, currency: name, sources: sourcesOf(name) },
  })
}

function followedPerformance(name: string): Report {
  const [since, until] = ['2025-01-06T00:00:00.000Z', '2025-01-13T00:00:00.000Z']
  const interval = { low: 0.01, high: 0.09 }
  const stretch = {
    since,
    rows: 7,
    realised: 0.8,
    drop: 0.05,
    interval,
    couldSee: 0.04,
    rowsNeeded: 9,
    because: name,
  }
  const estimates = { accuracy: 0.8, precision: 0.8, recall: 0.8, f1: 0.8, roc_auc: 0.8 }
  const cohort = {
    since,
    until,
    predicted: 7,
    labelled: 6,
    estimates,
    estimated: { value: 0.8, ...interval },
  }
  const found = {
    ...({ release: name, metric: name, better: 'higher', verdict: 'drop', cause: 'data' } as const),
    inputs: { kind: 'drift', columns: [name] },
    rule: { limit: 0.03, overMs: 7, windowMs: 7, delayMs: 0, coverage: 0.95, alpha: 0.05 },
    reference: { value: 0.85, standardError: 0.01, rows: 7 },
    cohorts: [
      { ...cohort, state: 'unmeasured', value: null, standardError: null, reason: name, stretch: null },
      { ...cohort, state: 'judged', value: 0.8, standardError: 0.01, stretch: { ...stretch, verdict: 'drop' } },
    ],
    ...({ assumption: estimateAssumption, isCalibrated: true } as const),
    leftOut: { repeatedRows: 1, conflictingIds: 2, unusableRows: 3, timelessRows: 4 },
  } as const
  return reportPerformance({
    ...{ model: name, referenceName: name, currentName: name, recorded: true, verdict: 'drop' },
    followed: [
      { ...found, sql: null, fromPolicy: ['metric', 'drop', 'over'] },
      { ...found, sql: { expression: name, form: 'other' }, fromPolicy: [] },
    ],
  })
}

/** Reports of commands about runs and releases in which whatever a person, a file or a remote may name is `name`. */
export const reportsOfRuns: Readonly<Record<string, (name: string) => Report>> = {
  performance: followedPerformance,
  alias: (name) =>
    reportAlias({ model: name, name, tag: name, was: name, isNew: true, where: { isEmbedded: false, name } }),
  audit: (name) =>
    reportAudit({
      ...{ repository: name, head: name, from: name, to: name, total: 2, entries: [entryNamed(name)], csv: name },
      verification: {
        isVerified: false,
        checks: [{ name: 'chain', outcome: 'disagrees', detail: name }],
        findings: [{ check: 'chain', file: name, seq: 1, problem: name }],
        ...{ mended: [name], unseen: [name] },
      },
    }),
  clean: (name) =>
    reportClean({
      ...{ model: name, isApplied: false, keepNewest: 20, releases: [{ tag: name, reason: name, bytes: 7 }] },
      leftovers: [{ tag: name, asset: name, reason: name, bytes: 7 }],
      ...{ kept: [{ tag: name, reason: name }], spared: [{ tag: name, reason: name }] },
    }),
  cost: (name) => {
    const row = { name, runs: 1, trained: 1, ...spent }
    const budget = null
    const period = { since: null, until: null }
    const rows = [row, row]
    return reportCost({
      ...{ by: 'model', rows, total: row, currency: name, model: name, budget, sources: sourcesOf(name), ...period },
    })
  },
  download: (name) => {
    const file = { name, path: name, bytes: 7, sha256: name, wasHere: false, parts: {} }
    return reportDownload({ tag: name, folder: name, files: [file], calls: 1 })
  },
  lineage: lineageOf,
  'lineage of a file': (name) =>
    reportLineage({
      lineage: { kind: 'used', what: 'data file', digest: name, path: name, releases: [releasedAs(name)] },
      code: null,
    }),
  registration: (name) =>
    reportRegistration({
      ...{ kind: 'registered', model: name, version: 1, tag: name, runKey: name, commit: name, dataDigest: name },
      ...{ url: page, isNew: true, assets: [{ name, bytes: 7, sha256: name }] },
      scan: {
        ...{ isData: false, formats: [name], unsafeFiles: 1, importsInAll: 1 },
        unsafe: [{ path: name, format: name, kind: 'code', unseen: name }],
        imports: [{ module: name, name, risk: 'unknown' }],
      },
      where: { isEmbedded: false, name },
      builtFrom: { runId: name, head: name },
    }),
  'a record of a run': (name) => reportRegistration({ kind: 'recorded', record: runNamed(name), isNew: true }),
  registry: (name) =>
    reportRegistry({
      ...{ model: name, releases: [factsOf(name)], total: 1, hidden: 1, metric: name, calls: 1 },
      unreadable: [{ place: name, problem: name }],
    }),
  release: (name) => {
    const move = { model: name, name, tag: name, was: name, at: name, actor: name }
    return reportRelease({ release: factsOf(name), aliasHistory: [move], calls: 1 })
  },
  reproduction: (name) => {
    const value = { name, before: name, after: name, isSame: false }
    const [metrics, gates, environment] = [[value], [value], [value]]
    return reportReproduction({
      ...{ isSame: false, metrics, gates, environment, tag: name, runKey: name, commit: name, dataDigest: name },
      outputs: [{ stage: name, output: name, before: name, after: name, isSame: false }],
      causes: [{ stage: name, outputs: [name], kind: 'time', members: [name] }],
    })
  },
  reuse: (name) => reportReuse({ kind: 'reused', record: runNamed(name), run: 7, pull: 7 }),
  'no reuse': (name) =>
    reportReuse({
      ...{ kind: 'not reused', model: name, runKey: name },
      because: { kind: 'other files', path: name, count: 2 },
    }),
  'no reuse of what a remote refused': (name) =>
    reportReuse({ kind: 'not reused', model: name, runKey: name, because: { kind: 'not seen', why: name } }),
  rollout: (name) => reportRollout({ environment: name, model: name, state: stateNamed(name), isNew: true, calls: 1 }),
  'run diff': diffOf,
  'run record': (name) => reportRunRecord({ ...shownRun(name), currency: name, sources: sourcesOf(name) }),
  run: (name) => reportRun(runNamed(name)),
  'a failed run': (name) => reportRun({ ...runNamed(name), outcome: 'failed' }),
  runs: (name) => {
    const metric = { name: name as MetricName, value: 1, better: 'higher', rows: 1 } as const
    const record = runNamed(name)
    return reportRuns({
      runs: [{ runKey: name, model: name, record, executions: 1, metric, spent, tag: name }],
      ...{ total: 1, metric: name, line: [], currency: name, sources: sourcesOf(name) },
    })
  },
  score: (name) =>
    reportScore({
      ...{
        model: name,
        environment: name,
        state: stateNamed(name),
        rows: 1,
        failure: name,
        to: name,
        log: name,
        calls: 1,
      },
      answered: [{ tag: name, rows: 1 }],
    }),
  verification: (name) =>
    reportVerification({
      ...{ tag: name, folder: name, isVerified: false },
      checks: [{ name: 'files', outcome: 'disagrees', detail: name }],
      findings: [{ check: 'files', subject: name, problem: name }],
    }),
}
