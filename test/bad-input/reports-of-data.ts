import type { ChangedFile } from '../../action/data/compare-snapshots.ts'
import type { ContractCheck, ContractPromise, FoundRename } from '../../action/data/contract-result.ts'
import type { DriftFinding } from '../../action/drift/drift-finding.ts'
import type { PerformanceFinding } from '../../action/registry/record-performance.ts'
import type { Report } from '../../action/report/report.ts'
import { reportCacheListing } from '../../action/report/report-cache.ts'
import { reportContractDiff } from '../../action/report/report-contract-diff.ts'
import { reportDataListing, reportGarbage, reportPull } from '../../action/report/report-data.ts'
import { reportDataFetch } from '../../action/report/report-data-fetch.ts'
import { reportDecision } from '../../action/report/report-decision.ts'
import { reportDoctor } from '../../action/report/report-doctor.ts'
import { type DriftReport, reportDrift } from '../../action/report/report-drift.ts'
import { reportPlan } from '../../action/report/report-plan.ts'
import { reportProposal } from '../../action/report/report-proposal.ts'
import { reportReplay } from '../../action/report/report-replay.ts'
import { reportSetup } from '../../action/report/report-setup.ts'
import { reportSnapshot } from '../../action/report/report-snapshot.ts'
import { reportValidation, type Validation } from '../../action/report/report-validation.ts'
import type { RetrainVerdict } from '../../action/retrain/decide-retrain.ts'
import type { JudgedLimit } from '../../action/retrain/judge-limits.ts'
import type { JudgedLeaf, UnknownFinding } from '../../action/retrain/judge-triggers.ts'
import type { RetrainFacts } from '../../action/retrain/retrain-facts.ts'
import { profileNamed } from './profile-named.ts'
import { windowsNamed } from './windows-named.ts'

const page = 'https://github.com/acme/parcels/settings'

export function fileNamed(name: string): ChangedFile {
  return { sha256: name, bytes: 7, path: name, section: name, rows: 1, since: name, until: name }
}

export function changesNamed(name: string) {
  const [added, removed, changed] = [[fileNamed(name)], [fileNamed(name)], [fileNamed(name)]]
  return { added, removed, changed, schema: [{ section: name, added: [name], gone: [name] }] }
}

/** What every limit says that may hold a proposal back. */
const limits: readonly JudgedLimit['kind'][] = [
  'same data',
  'proposed before',
  'proposed finding',
  'cool-down',
  'runs-per-month',
  'budget',
  'min-new-share',
  'refused run',
]

const unknowns: readonly UnknownFinding[] = [
  'never judged',
  'of another release',
  'pinned since',
  'stale',
  'in the future',
  'insufficient data',
]

/** Drift and a fall that fire, and all that they may say where they are not known. */
function findingsNamed(name: string): readonly JudgedLeaf[] {
  const numbers = { drifted: 2, windows: 3, rows: [826, 811], smallestEffect: 0.06, before: [1, 0], now: [0, 1] }
  const columns = (['confirmed', 'suspected'] as const).flatMap((standing) =>
    [true, false].map((isAtOnce) => ({ ...numbers, name, standing, isAtOnce, effect: 0.31 })),
  )
  const [release, until] = [name, name]
  const drift: DriftFinding = {
    ...{ release, until, verdict: 'drift', confirmedShare: 0.3, effect: 0.1, windowMs: 604_800_000, columns },
    persist: { need: 2, of: 3 },
  }
  const fall: PerformanceFinding = {
    ...{ release, until, since: name, at: name, metric: name },
    ...{ limit: 0.03, overMs: 1, before: 0.9, drop: 0.05, rows: 7 },
    ...{ interval: { low: 0.01, high: 0.09 }, verdict: 'drop', cause: 'concept', better: 'higher' },
    sql: { expression: name, form: 'sum' },
  }
  const asked = { kind: 'metric', metric: name, drop: 0.03, overMs: 1, finding: fall, before: 0.9, now: 0.85 } as const
  return [
    { kind: 'drift', fires: true, finding: drift, confirmed: 40 },
    { kind: 'drift', fires: false, finding: drift, confirmed: 40 },
    ...unknowns.map((unknown) => ({ kind: 'drift', fires: false, finding: drift, confirmed: 40, unknown }) as const),
    { ...asked, fires: true },
    { ...asked, fires: false },
    ...unknowns.map((unknown) => ({ ...asked, fires: false, unknown })),
  ]
}

export function decisionNamed(name: string, forced: string | null = name): RetrainVerdict {
  const rows = { kind: 'new-rows', fires: true, observed: 7, limit: 7 } as const
  return {
    ...{ verdict: 'retrain', fires: true, trigger: forced === null ? 'drift' : 'manual', forced },
    condition: { kind: 'any', fires: true, of: [rows, ...findingsNamed(name)] },
    limits: limits.map((kind) => ({ kind, holds: forced === null, observed: 1, limit: 1, since: name, subject: name })),
  }
}

function factsNamed(name: string): RetrainFacts {
  return {
    now: new Date(0),
    data: { digest: name, until: name, newRows: 1, labelledRows: 1 },
    ...{ pinned: null, learnedUntil: name, last: null, proposedAt: name, refused: null, monthly: null, budget: null },
    ...{ release: name, drift: null, performance: [], proposedFindings: [] },
  }
}

const promises = (name: string): readonly ContractPromise[] => [
  { kind: 'present' },
  { kind: 'type', type: name, missing: [name] },
  { kind: 'minimum', limit: name, isExclusive: false },
  { kind: 'allowed', values: [name] },
  { kind: 'pattern', pattern: name },
  { kind: 'valid', values: [name], pattern: name },
  { kind: 'filled', missing: [name, null] },
  { kind: 'unique-together', columns: [name] },
  { kind: 'references', columns: [name], table: name, others: [name] },
  { kind: 'freshness', column: name, limit: { count: 1, unit: 'day' } },
]

export function validationNamed(name: string): Validation {
  const checks = promises(name).map(
    (promise): ContractCheck => ({
      ...{ column: name, promise, line: 1, outcome: 'fail', failing: 1, rows: 2, tolerance: null, dimension: null },
      ...{ severity: promise.kind === 'filled' ? 'warning' : 'error', table: name, newest: name, contract: name },
      scale: { factor: 1000, plausible: 1, of: 1 },
      samples: [{ file: name, row: 1, value: name }],
      missingIn: [name],
    }),
  )
  const rename: FoundRename = {
    ...{
      kind: 'possible' as const,
      missing: name,
      added: `${name}2`,
      score: 0.9,
      distance: 0.1,
      margin: 0.1,
      table: name,
    },
    ...{ sharedValues: 1, distinctValues: 2, doubts: ['two-valued'] as const },
  }
  return {
    ...{ contract: name, files: [name], rows: 2, checks, renames: [rename], seconds: 1, environment: name },
    newColumns: [{ name, files: [name], table: name }],
    swaps: [{ columns: [name, name], distance: 0.1, table: name }],
    diagnostics: [{ code: 'data/unreadable', file: name, line: 1, column: 1, message: name, remedy: name }],
    ...{ patchFile: name, accepted: [`${name}=${name}`], acceptedIn: [name], isPinned: false },
    suggestion: {
      ...{ patch: `--- a\n+++ b\n@@ -1 +1 @@\n-${name}\n+${name}`, contracts: [name], remaining: checks },
      edits: [
        { column: name, why: { kind: 'renamed', from: name, to: name }, aim: 'mend', isBreaking: true, table: name },
        { column: name, why: { kind: 'seen', values: [name], rows: 1 }, aim: 'extend', isBreaking: false },
        { column: null, why: { kind: 'new-columns', columns: [name] }, aim: 'extend', isBreaking: false },
      ],
      declined: [{ column: name, why: 'taken', line: 1, contract: name, table: name }],
    },
  }
}

function driftOf(name: string): Report {
  return reportDrift(driftReportNamed(name))
}

/** Drift of columns, values and files of that name. */
export function driftReportNamed(name: string): DriftReport {
  const side = { rows: 7, missing: 0, unreadable: 0 }
  const column = {
    ...({
      name,
      kind: 'category',
      verdict: 'drift',
      because: null,
      weight: 1,
      reference: side,
      current: side,
    } as const),
    rows: [
      {
        ...({ question: 'values', measure: 'tvd', test: 'chi-square:contingency', verdict: 'drift' } as const),
        ...{ effect: 1, pValue: 0, degrees: 1, effectiveRows: 7, pooled: 0, adjusted: 0, smallestEffect: 0.1 },
        ...{ statistic: 0, varied: null, limitedBy: null },
      },
    ],
    ...{ measures: null, above: [] },
    picture: {
      ...{ bins: [name, name], reference: [30, 30], current: [60, 0], rareAppeared: 1, rareVanished: 1 },
      ...({ appeared: [[name, 30]], vanished: [[name, 30]], others: { values: 1, reference: 1, current: 0 } } as const),
    },
  }
  const gone = { ...column, kind: 'vanished', verdict: 'vanished', rows: [], picture: null } as const
  const left = { ...column, verdict: 'not judged', because: name, rows: [], picture: null } as const
  const rename = {
    ...({ kind: 'likely', missing: name, added: `${name}2`, score: 0.9, distance: 0.1, margin: 0.1 } as const),
    ...{ sharedValues: 1, distinctValues: 2, doubts: [] },
  }
  return {
    ...{
      reference: name,
      current: name,
      verdict: 'drift',
      driftedShare: 1,
      questions: 1,
      referenceRows: 7,
      currentRows: 7,
    },
    ...{ columns: [column, gone, left], added: [name], renames: [rename] },
    swaps: [{ columns: [name, name], distance: 0.1 }],
    rule: { effect: 0.1, fdr: 0.05, limits: {}, weights: {} },
  }
}

function replayedDrift(name: string): Report {
  const rule = {
    effect: 0.1,
    fdr: 0.05,
    limits: {},
    weights: {},
    recentMs: 7,
    season: null,
    persist: { need: 2, of: 3 },
  }
  return reportReplay({
    ...{ reference: name, time: name, rule, atOnceEffect: 0.3, rows: 7, timelessRows: 7, futureRows: 7 },
    notJudged: [{ name, because: 'times move by themselves' }],
    ...{ windowMs: 7, windowsWithRows: 9, windowsJudged: 1, windowsLeftOut: 0 },
    verdicts: { drift: 1, 'insufficient data': 0, notable: 0, 'no drift': 0 },
    windows: [{ sinceMs: 0, untilMs: 7, verdict: 'drift', began: [name] }],
    ...{ years: 1, alarms: 1, alarmsPerYear: 1, columns: [{ name, alarms: 1, alarmsPerYear: 1, sinceMs: [0] }] },
  })
}

/** Reports of commands about data and settings in which whatever a person, a file or a remote may name is `name`. */
export const reportsOfData: Readonly<Record<string, (name: string) => Report>> = {
  'drift in a project': windowsNamed,
  cache: (name) =>
    reportCacheListing({
      entries: [
        {
          ...{ kind: 'stage', name, key: name, path: name, bytes: 7, madeMs: 0, usedMs: 0, runs: [name], need: null },
          isDead: false,
        },
      ],
      ...{ budgetBytes: 7, withEnvironments: true },
    }),
  'contract diff': (name) => {
    const rule = { kind: 'allowed', values: [name], line: 1 } as const
    const at = { impact: 'breaking', side: 'to', line: 1 } as const
    return reportContractDiff({
      contracts: [
        {
          ...{ from: name, to: name, isReworded: false },
          changes: [
            { kind: 'table', from: name, to: name, ...at },
            { kind: 'column-renamed', column: name, to: name, by: 'alias', ...at },
            { kind: 'alias-added', column: name, alias: name, ...at },
            { kind: 'format', column: name, from: name, to: name, ...at },
            { kind: 'environments', column: name, from: [name], to: [name], ...at },
            { kind: 'rule', column: name, change: 'altered', from: rule, to: rule, ...at },
          ],
        },
      ],
    })
  },
  'data fetch': (name) =>
    reportDataFetch({
      sources: [
        {
          ...{ name, into: name, fetchedBytes: 7, gone: [{ path: name, bytes: 7 }] },
          files: [{ path: name, bytes: 7, change: 'new' }],
        },
      ],
      ...{ isChanged: true, files: 1, fetchedBytes: 7, seconds: 1 },
    }),
  'data list': (name) =>
    reportDataListing({
      ...{ digest: name, until: name, isSums: false, asked: name, commit: name },
      sections: [{ name, files: 1, bytes: 7, rows: 1, since: name, until: name, inTree: 0, inStore: 0, missing: 1 }],
      files: [{ ...fileNamed(name), tree: 'missing', isStored: false }],
      snapshots: [{ kind: 'named', digest: name, until: name, files: 1, name, commit: name, date: name }],
    }),
  'data sums': (name) =>
    reportDataListing({
      ...{ digest: name, until: name, isSums: true, sections: [], snapshots: [] },
      files: [{ ...fileNamed(name), tree: 'there', isStored: true }],
    }),
  'data pull': (name) =>
    reportPull({ there: 0, copied: 1, linked: 0, bytes: 7, replaced: [name], digest: name, withLinks: false }),
  'data gc': (name) => {
    const none = { files: 0, bytes: 0 }
    return reportGarbage({
      ...{ locks: 1, kept: none, young: 0, removed: [{ path: name, bytes: 7 }], isDryRun: true, keep: 12 },
      elsewhere: {
        ...{
          store: name,
          locks: 1,
          unreadable: [name],
          leftovers: 0,
          kept: { needed: none, young: none, claimed: none },
        },
        removed: [{ name, files: 1, bytes: 7 }],
      },
    })
  },
  decision: (name) =>
    reportDecision({ ...decisionNamed(name), model: name, facts: factsNamed(name), changes: changesNamed(name) }),
  'a decision for drift': (name) =>
    reportDecision({
      ...{ ...decisionNamed(name, null), model: name, facts: factsNamed(name), changes: changesNamed(name) },
    }),
  'a decision to wait': (name) =>
    reportDecision({
      ...decisionNamed(name, null),
      ...{ verdict: 'wait', model: name, facts: factsNamed(name), changes: changesNamed(name) },
    }),
  doctor: (name) => {
    const finding = { id: name, setting: name, found: name, where: page, without: name, mend: name }
    const findings = (['wrong', 'cannot see', 'ok'] as const).map((state) => ({ ...finding, state }))
    return reportDoctor({ repository: name, strict: true, findings })
  },
  drift: driftOf,
  'drift --replay': replayedDrift,
  profile: profileNamed,
  plan: (name) =>
    reportPlan({
      ...{ model: name, runKey: name, dataDigest: name, code: { commit: name, uncommitted: 1 }, isRefused: false },
      trigger: { kind: 'manual', actor: name, reason: name },
      stages: [
        {
          ...{ name, job: 'train', action: 'runs' },
          reasons: [
            { kind: 'changed', parts: [{ name, before: name, after: name }] },
            { kind: 'waits', stages: [name] },
            { kind: 'condition', text: name },
          ],
        },
      ],
    }),
  proposal: (name) =>
    reportProposal({
      ...{ state: 'open-clean', why: 'open', did: ['open'], model: name, decision: decisionNamed(name) },
      proposal: { kind: 'pull', number: 7, state: 'open', branch: name, url: page },
      ...{
        facts: factsNamed(name),
        changes: changesNamed(name),
        where: { isEmbedded: false, name },
        base: name,
        calls: 1,
      },
      token: { kind: 'app', login: name },
      checks: { kind: 'dispatched', isNew: true, workflow: name, runs: 2 },
    }),
  setup: (name) =>
    reportSetup({
      ...{ repository: name, isApplied: true },
      steps: [{ thing: name, kind: 'create', what: name, where: page }],
      left: [{ thing: name, what: name, where: page, why: name }],
    }),
  snapshot: (name) =>
    reportSnapshot({
      ...{ isCheck: false, isPacked: true, namedFile: name, isChanged: true, digest: name, previousDigest: name },
      ...{
        wasUnreadable: true,
        files: 1,
        bytes: 7,
        rows: 1,
        since: name,
        until: name,
        isFuture: true,
        isOnlyHere: true,
      },
      ...changesNamed(name),
      leftOut: { files: 1, rows: 1, before: name },
      oddities: odditiesNamed(name),
      git: { isRepository: true, uncommitted: [name], ignored: [name] },
    }),
  validation: (name) => reportValidation(validationNamed(name)),
}

export function odditiesNamed(name: string) {
  return [
    { kind: 'same bytes', path: name, as: name },
    { kind: 'same rows', path: name, as: name, rows: 1 },
    { kind: 'older', path: name, until: name, newest: name },
    { kind: 'not newer', files: 1, until: name },
  ] as const
}
