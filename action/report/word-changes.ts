import { spanOfMoments } from '../base/moments.ts'
import type { ChangedFile, SchemaChange, SnapshotChanges } from '../data/compare-snapshots.ts'
import type { Oddity } from '../data/find-oddities.ts'
import { formatCount } from './numbers.ts'
import { wordFiles, wordFileSet } from './word-files.ts'

/** `+1 file: 2,103 new rows, 2025-02-01 … 2025-02-28; −1 file: 1,980 rows, 2024-02-01 … 2024-02-29` */
export function wordChanges({
  added,
  removed,
  changed,
}: Pick<SnapshotChanges, 'added' | 'removed' | 'changed'>): string {
  return [
    ...bySection(added, (count) => `+${wordFiles(count)}`, 'new rows'),
    ...bySection(removed, (count) => `−${wordFiles(count)}`, 'rows'),
    ...bySection(changed, (count) => `${formatCount(count)} changed`, 'rows'),
  ].join('; ')
}

function bySection(files: readonly ChangedFile[], counted: (count: number) => string, rowsWord: string): string[] {
  const sections = new Map<string, ChangedFile[]>()
  for (const file of files) sections.set(file.section, [...(sections.get(file.section) ?? []), file])
  return [...sections].map(([section, own]) => {
    const where = sections.size > 1 ? ` of ${section}` : ''
    const rows = own.reduce((sum, one) => sum + (one.rows ?? 0), 0)
    // Of a file that is gone nothing may be known any more.
    if (own.some((one) => one.rows === undefined)) return `${counted(own.length)}${where}`
    const { since, until } = spanOfMoments(own.flatMap((one) => [one.since ?? null, one.until ?? null]))
    const span = since === null || until === null ? '' : `, ${since === until ? since : `${since} … ${until}`}`
    return `${counted(own.length)}${where}: ${formatCount(rows)} ${rowsWord}${span}`
  })
}

/** Files that a snapshot leaves out because the split would not use a row of them. */
export function wordLeftOut(leftOut: {
  readonly files: number
  readonly rows: number
  readonly before: string | null
}): string[] {
  if (leftOut.files === 0 || leftOut.before === null) return []
  const what = `${wordFiles(leftOut.files)} (${formatCount(leftOut.rows)} rows)`
  return [`left out: ${what}, all older than split.window reaches back (${leftOut.before.slice(0, 10)})`]
}

const namesShown = 6

/** `columns: features +state, −region` */
export function wordSchema(schema: readonly SchemaChange[]): string[] {
  return schema.map(({ section, added, gone }) => {
    const names = [...added.map((name) => `+${name}`), ...gone.map((name) => `−${name}`)]
    const more = names.length > namesShown ? ` and ${formatCount(names.length - namesShown)} more` : ''
    return `columns of ${section}: ${names.slice(0, namesShown).join(', ')}${more}`
  })
}

const odditiesShown = 5

/** What somebody should look at before they train on it. */
export function wordOddities(oddities: readonly Oddity[]): string[] {
  const shown = oddities.slice(0, odditiesShown).map(wordOddity)
  const rest = oddities.slice(odditiesShown)
  if (rest.length === 0) return shown
  const paths = rest.flatMap((oddity) => ('path' in oddity ? [oddity.path] : []))
  return [...shown, `The same of ${wordFileSet(paths)}, or alike.`]
}

function wordOddity(oddity: Oddity): string {
  switch (oddity.kind) {
    case 'same bytes':
      return `${oddity.path} holds the same bytes as ${oddity.as}: its rows count twice. Was yesterday’s file written again?`
    case 'same rows':
      return `${oddity.path} has as many rows (${formatCount(oddity.rows)}) of the same times as ${oddity.as}: do its rows count twice?`
    case 'older':
      return `${oddity.path} is new, but its newest row (${oddity.until}) is older than what was pinned already (${oddity.newest}).`
    case 'not newer':
      return `The newest row is still of ${oddity.until}, though ${wordFiles(oddity.files)} ${oddity.files === 1 ? 'is' : 'are'} new or changed.`
  }
}
