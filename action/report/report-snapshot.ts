import type { ChangedFile, SchemaChange } from '../data/compare-snapshots.ts'
import type { Oddity } from '../data/find-oddities.ts'
import type { Pushed } from '../data/stores/store.ts'
import type { UncommittedFiles } from '../data/stores/uncommitted-files.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordChanges, wordLeftOut, wordOddities, wordSchema } from './word-changes.ts'
import { wordFileSet, wordFiles } from './word-files.ts'

export interface SnapshotSummary {
  readonly isCheck: boolean
  /** The files were written anew as Parquet, and that is pinned. */
  readonly isPacked: boolean
  /** Where a copy of the lock is kept under a name. */
  readonly namedFile?: string
  /** Whether the files are not those that were pinned. */
  readonly isChanged: boolean
  readonly digest: string
  /** Of the lock that was there; null without one. */
  readonly previousDigest: string | null
  /** There was a lock, and nobody could read it. */
  readonly wasUnreadable: boolean
  readonly files: number
  readonly bytes: number
  readonly rows: number
  readonly since: string | null
  readonly until: string | null
  /** `until` lies beyond today. */
  readonly isFuture: boolean
  readonly added: readonly ChangedFile[]
  readonly removed: readonly ChangedFile[]
  readonly changed: readonly ChangedFile[]
  /** Columns that came or went, by section. */
  readonly schema: readonly SchemaChange[]
  /** Files that lie there and are older than the split’s window. */
  readonly leftOut: { readonly files: number; readonly rows: number; readonly before: string | null }
  /** What looks wrong with new data. */
  readonly oddities: readonly Oddity[]
  /** What `push` brought to the store. */
  readonly pushed?: Pushed
  /** The store is elsewhere, and nothing was brought there. */
  readonly isOnlyHere?: boolean
  /** Only where git is the store. */
  readonly git?: UncommittedFiles
}

const maxShown = 20

/** What was pinned, or what differs: the verdict, the files that changed, and what git does not hold yet. */
export function reportSnapshot(summary: SnapshotSummary): Report {
  const verdict = verdictOf(summary)
  const facts = [
    sizeOf(summary),
    ...wordLeftOut(summary.leftOut),
    ...wordSchema(summary.schema),
    ...wordName(summary),
    ...wordPacked(summary),
    ...wordPushed(summary),
  ]
  const changes = changesOf(summary)
  const shown = changes.slice(0, maxShown)
  const more = changes.length > maxShown ? [`… and ${formatCount(changes.length - maxShown)} more`] : []
  const warnings = warningsOf(summary)
  return {
    text: ownLines([
      verdict,
      ...facts.map((fact) => `  ${plainText(fact)}`),
      ...shown.map(({ sign, file }) => `  ${sign} ${plainText(file.path)}  ${formatBytes(file.bytes)}`),
      ...more.map((line) => `  ${line}`),
      ...warnings.map((warning) => `! ${plainText(warning)}`),
    ]),
    markdown: [
      `## ${markdownText(verdict)}`,
      ...facts.map(markdownText),
      ...(shown.length > 0 ? [changeTable(shown)] : []),
      ...more,
      ...warnings.map((warning) => `> ${markdownText(warning)}`),
    ].join('\n\n'),
    outputs: {
      verdict: summary.isCheck && summary.isChanged ? 'no' : 'pass',
      changed: String(summary.isChanged),
      'data-digest': summary.digest,
    },
    ...nextStep(summary),
  }
}

function verdictOf(summary: SnapshotSummary): string {
  const digest = summary.digest.slice(0, 8)
  if (!summary.isChanged) {
    return summary.isCheck
      ? `PASS  the files are those that data.lock.yaml pins (data ${digest})`
      : `UNCHANGED  data ${digest}: nothing new, the same bytes as the pinned snapshot`
  }
  const was = summary.previousDigest === null ? '' : `was ${summary.previousDigest.slice(0, 8)}`
  if (summary.isCheck) {
    const state = summary.previousDigest === null ? 'nothing is pinned yet' : 'the files are not those that are pinned'
    return `NO  ${state}: data ${[digest, was].filter(Boolean).join(', ')}${countsOf(summary)}`
  }
  return `PINNED  data ${digest}${was && ` (${was}${countsOf(summary)})`}`
}

function wordPushed({ pushed, isOnlyHere, isCheck }: SnapshotSummary): readonly string[] {
  if (pushed) {
    const news = pushed.files === 0 ? 'nothing new' : `${wordFiles(pushed.files)} new (${formatBytes(pushed.bytes)})`
    return [`stored: ${news}, ${formatCount(pushed.there)} there before; all of them verified there`]
  }
  return isOnlyHere && !isCheck ? ['not stored yet: plumbline snapshot --push brings it there'] : []
}

/** `: +1 file: 2,103 new rows, 2025-02-01 … 2025-02-28; −2 files` */
function countsOf(summary: SnapshotSummary): string {
  if (summary.previousDigest === null) return ''
  const words = wordChanges(summary)
  return words === '' ? '' : `: ${words}`
}

function sizeOf({ files, bytes, rows, since, until }: SnapshotSummary): string {
  const span = since === null || until === null ? [] : [`${since} … ${until}`]
  return [`${wordFiles(files)} (${formatBytes(bytes)})`, `${formatCount(rows)} rows`, ...span].join(' · ')
}

function wordName({ namedFile }: SnapshotSummary): string[] {
  return namedFile === undefined ? [] : [`kept as ${namedFile}: commit it, then run --data takes the name`]
}

function wordPacked({ isPacked }: SnapshotSummary): string[] {
  return isPacked
    ? ['packed: typed Parquet in data/packed is pinned instead of the files; rows without an id have other names there']
    : []
}

interface Change {
  readonly sign: '+' | '−' | '~'
  readonly file: ChangedFile
}

/** The first snapshot adds every file: no need to list them. */
function changesOf({ added, removed, changed, previousDigest }: SnapshotSummary): readonly Change[] {
  if (previousDigest === null) return []
  return [
    ...added.map((file) => ({ sign: '+', file }) as const),
    ...removed.map((file) => ({ sign: '−', file }) as const),
    ...changed.map((file) => ({ sign: '~', file }) as const),
  ]
}

function changeTable(changes: readonly Change[]): string {
  const words = { '+': 'new', '−': 'gone', '~': 'other bytes' } as const
  const rows = changes.map(({ sign, file }) => [words[sign], markdownCode(file.path), formatBytes(file.bytes)])
  return markdownTable(['', 'file', 'size'], rows, ['left', 'left', 'right'])
}

function warningsOf({ oddities, git, wasUnreadable, isCheck, isFuture, until }: SnapshotSummary): string[] {
  const odd = [
    ...wordOddities(oddities),
    ...(wasUnreadable && !isCheck ? ['data.lock.yaml could not be read, so it was written anew.'] : []),
    ...(isFuture
      ? [`The newest row is of ${until}, in the future: the test set and windows are counted back from it.`]
      : []),
  ]
  if (!git) return odd
  if (!git.isRepository) {
    return [...odd, 'This folder is in no git repository, but git is the store: run git init, or set data.store.']
  }
  const { uncommitted, ignored } = git
  return [
    ...odd,
    ...(ignored.length > 0
      ? [`git ignores ${wordFileSet(ignored)}: nobody else can fetch them. Mend .gitignore, or set data.store.`]
      : []),
    ...(uncommitted.length > 0
      ? [`Not committed yet: ${wordFileSet(uncommitted)}. Nobody else can fetch them until they are.`]
      : []),
  ]
}

function nextStep({ isCheck, isChanged }: SnapshotSummary): Pick<Report, 'next'> {
  if (!isCheck) return { next: isChanged ? 'plumbline validate   then   plumbline run' : 'plumbline run' }
  return isChanged ? { next: 'plumbline snapshot' } : {}
}
