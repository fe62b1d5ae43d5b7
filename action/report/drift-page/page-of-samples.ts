import { formatCount } from '../numbers.ts'
import type { DriftReport } from '../report-drift.ts'
import { wordAdded, wordCare, wordDriftReason, wordRename, wordSwap, wordWhy } from '../word-drift.ts'
import type { DriftPage } from './page-content.ts'

/** The page of two samples that were compared. */
export function pageOfSamples(report: DriftReport): DriftPage {
  const { reference, current, verdict, rule, columns } = report
  const hasLimits = Object.keys(rule.limits).length > 0
  return {
    title: `Drift: ${current} against ${reference}`,
    verdict,
    reason: wordDriftReason(report),
    facts: [
      ['Reference', `${reference} · ${formatCount(report.referenceRows)} rows`],
      ['Current', `${current} · ${formatCount(report.currentRows)} rows`],
      ['Rule', wordCare(report)],
    ],
    notes: [...report.renames.map(wordRename), ...report.swaps.map(wordSwap), ...wordAdded(report)],
    effect: hasLimits ? null : rule.effect,
    columns: columns.map((column) => ({ ...column, said: wordWhy(column) })),
  }
}
