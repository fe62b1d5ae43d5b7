import type { CacheEntry, GarbagePlan, Need } from '../pipeline/plan-garbage.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { columns } from './word-runs.ts'

export interface CacheListing {
  /** Newest use first. */
  readonly entries: readonly CacheEntry[]
  /** `keep.cache` */
  readonly budgetBytes: number
  readonly withEnvironments: boolean
}

export interface CacheClearing extends GarbagePlan {
  readonly budgetBytes: number
  readonly isDryRun: boolean
  readonly withEnvironments: boolean
}

const header = ['what', 'key', 'size', 'made (UTC)', 'used (UTC)', 'by run', 'stays for'] as const
const removedShown = 20

/** What is kept, newest use first. */
export function reportCacheListing({ entries, budgetBytes, withEnvironments }: CacheListing): Report {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  const isOver = bytes > budgetBytes
  const verdict =
    entries.length === 0
      ? 'Nothing is kept'
      : `${wordEntries(entries.length)}, ${formatBytes(bytes)}${isOver ? `: above` : ' of'} the budget of ${formatBytes(budgetBytes)}`
  const cells = entries.map(cellsOf)
  const more = withEnvironments ? [] : ['Without the environments of this machine: --environments shows them.']
  return {
    text: ownLines([
      verdict,
      ...(cells.length === 0 ? [] : ['', ...columns([header, ...cells]).map((row) => `  ${row}`)]),
      ...more.map((line) => `  ${line}`),
    ]),
    markdown: [
      `## ${markdownText(verdict)}`,
      ...(cells.length === 0
        ? []
        : [
            markdownTable(
              [...header],
              cells.map((row) => row.map(markdownText)),
            ),
          ]),
      ...more.map(markdownText),
    ].join('\n\n'),
    outputs: { entries: String(entries.length), 'cache-bytes': String(bytes) },
    ...(isOver && { next: `plumbline cache gc${withEnvironments ? ' --environments' : ''}` }),
  }
}

/** What went, and what the rest comes to. */
export function reportCacheClearing(clearing: CacheClearing): Report {
  const { removed, kept, bytesBefore, bytesAfter, budgetBytes, isOver, isDryRun } = clearing
  const bytes = bytesBefore - bytesAfter
  const size = `${wordEntries(removed.length)}, ${formatBytes(bytes)}`
  const verdict =
    removed.length === 0 ? 'UNCHANGED  nothing has to go' : `${isDryRun ? 'WOULD REMOVE' : 'REMOVED'}  ${size}`
  const facts = [
    `kept: ${wordEntries(kept.length)}, ${formatBytes(bytesAfter)}; the budget is ${formatBytes(budgetBytes)}`,
    ...(isOver ? [`what is needed is alone more than that: ${wordNeeds(kept)}`] : []),
  ]
  const shown = removed.slice(0, removedShown).map((entry) => cellsOf(entry).slice(0, 5))
  const more = removed.length > removedShown ? [`… and ${formatCount(removed.length - removedShown)} more`] : []
  return {
    text: ownLines([
      verdict,
      ...facts.map((fact) => `  ${fact}`),
      ...columns(shown).map((row) => `  − ${row}`),
      ...more,
    ]),
    markdown: [
      `## ${markdownText(verdict)}`,
      ...facts.map(markdownText),
      ...(shown.length === 0
        ? []
        : [
            markdownTable(
              header.slice(0, 5),
              shown.map((row) => row.map(markdownText)),
            ),
          ]),
      ...more.map(markdownText),
    ].join('\n\n'),
    outputs: { removed: String(removed.length), bytes: String(bytes) },
    ...(isDryRun && removed.length > 0 && { next: 'the same without --dry-run' }),
  }
}

function cellsOf(entry: CacheEntry): string[] {
  const { kind, name, key, bytes, madeMs, usedMs, runs, need, isDead } = entry
  const [newest = '', ...others] = runs
  const by = newest === '' ? '' : `${newest.slice(0, 8)}${others.length > 0 ? ` and ${others.length} more` : ''}`
  return [
    kind === 'stage' ? plainText(name) : kind === 'checkpoint' ? `${plainText(name)} (checkpoint)` : kind,
    key?.slice(0, 8) ?? '',
    formatBytes(bytes),
    madeMs === null ? '' : wordMoment(madeMs),
    wordMoment(usedMs),
    by,
    need === null ? (isDead ? 'nothing: left behind' : '') : wordNeed(need),
  ]
}

function wordNeed(need: Need): string {
  const words: Readonly<Record<Need, string>> = {
    'current run': 'the current run',
    'newest passed run': 'plumbline register',
    'goes on from it': 'a stage that was stopped',
    'this project': 'this project',
    'in use': 'a program that may use it',
  }
  return words[need]
}

function wordNeeds(kept: readonly CacheEntry[]): string {
  const needs = [...new Set(kept.flatMap(({ need }) => (need === null ? [] : [wordNeed(need)])))]
  return needs.join(', ')
}

function wordEntries(count: number): string {
  return count === 1 ? '1 entry' : `${formatCount(count)} entries`
}

/** `2025-03-04 06:12`; a clock that was wrong gives what can be said. */
function wordMoment(moment: number): string {
  const date = new Date(moment)
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 16).replace('T', ' ')
}
