import type { Decided } from '../registry/plan-retention.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount, formatCounted } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { columns } from './word-runs.ts'

/** What `registry clean` plans, or did. */
export interface CleanSummary {
  readonly model: string
  readonly isApplied: boolean
  readonly keepNewest: number
  readonly releases: readonly (Decided & { readonly bytes: number })[]
  /** Drafts (`asset` null) and uploads in them that broke off. */
  readonly leftovers: readonly {
    readonly tag: string
    readonly asset: string | null
    readonly reason: string
    readonly bytes: number
  }[]
  readonly kept: readonly Decided[]
  /** What was planned to go and became needed meanwhile. */
  readonly spared: readonly Decided[]
}

export function reportClean(summary: CleanSummary): Report {
  const { model, isApplied, keepNewest, releases, leftovers, kept, spared } = summary
  const isSpared = (tag: string) => spared.some((one) => one.tag === tag)
  const gone = releases.filter(({ tag }) => !isSpared(tag))
  const bytes = [...gone, ...leftovers].reduce((sum, one) => sum + one.bytes, 0)
  const removed = gone.length + leftovers.length
  const what = `${formatCounted(gone.length, 'release')} and ${formatCounted(leftovers.length, 'leftover')} of ${plainText(model)}`
  const headline =
    removed === 0
      ? `NOTHING TO CLEAN  ${plainText(model)}: ${formatCounted(kept.length, 'release')} stay`
      : isApplied
        ? `CLEANED  ${what}, ${formatBytes(bytes)}`
        : `WOULD CLEAN  ${what}, ${formatBytes(bytes)}; nothing is changed without --apply`
  const rows = [
    ...gone.map(({ tag, reason, bytes: size }) => ['−', tag, formatBytes(size), reason]),
    ...leftovers.map(({ tag, asset, reason, bytes: size }) => [
      '−',
      asset === null ? `draft of ${tag}` : `${asset} in the draft of ${tag}`,
      formatBytes(size),
      reason,
    ]),
    ...spared.map(({ tag, reason }) => ['=', tag, '', `needed since: ${reason}`]),
    ...kept.map(({ tag, reason }) => ['=', tag, '', reason]),
  ].map((cells) => cells.map(plainText))
  return {
    text: ownLines([headline, ...columns(rows).map((line) => `  ${line}`)]),
    markdown: [
      `## Clean: ${markdownText(model)}`,
      markdownText(headline),
      markdownTable(
        ['', 'release', 'size', 'why'],
        rows.map((cells) => cells.map(markdownText)),
      ),
      `The newest ${formatCount(keepNewest)} stay, and what is live, previous, candidate or has an alias. Tags and ledger records stay in any case.`,
    ].join('\n\n'),
    outputs: { removed: String(removed), bytes: String(bytes) },
    ...(!isApplied && removed > 0 && { next: 'plumbline registry clean --apply' }),
  }
}
