import type { FoundColumn } from '../../drift/drift-finding.ts'
import type { PersistedColumn } from '../../drift/drift-state.ts'
import { formatCount } from '../numbers.ts'
import type { JudgedReport } from '../report-windows.ts'
import { wordRename } from '../word-drift.ts'
import { wordLearned, wordName, wordPrediction, wordReason, wordRule, wordWindow } from '../word-windows.ts'
import type { DriftPage } from './page-content.ts'

/** The page of the newest window beside what a release learned; of no window the verdict and its reason alone. */
export function pageOfWindows(report: JudgedReport): DriftPage {
  const { finding, newest, policy, windows, release } = report
  const hasLimits = Object.keys(policy.limits).length > 0
  const found = new Map(finding?.columns.map((column) => [column.name, column]))
  const standing = new Map(report.columns.map((column) => [column.name, column]))
  return {
    title: `Drift of new rows against ${release}`,
    verdict: finding?.verdict ?? 'insufficient data',
    reason: wordReason(report),
    facts: [
      ['Reference', wordLearned(report)],
      ...(newest
        ? [['Current', `${wordWindow(newest)}, the newest of ${formatCount(windows.length)} windows`] as const]
        : []),
      ['Rule', wordRule(policy)],
    ],
    notes: [
      ...report.renames.map(wordRename),
      ...wordPrediction(report),
      ...(newest?.added ?? []).map((name) => `${name} is new, with nothing to compare`),
    ],
    effect: hasLimits ? null : policy.effect,
    columns: (newest?.columns ?? []).map(({ name, verdict, againstTraining, picture }) => ({
      ...againstTraining,
      name: wordName(report, name),
      verdict,
      said: wordStanding(found.get(name), standing.get(name)) ?? againstTraining.because ?? '',
      picture,
    })),
  }
}

function wordStanding(found: FoundColumn | undefined, column: PersistedColumn | undefined): string | undefined {
  if (!found || !column) return undefined
  const { isAtOnce, drifted, windows, standing } = found
  return isAtOnce ? `${standing}, at once` : `${standing}, in ${drifted} of ${windows} windows`
}
