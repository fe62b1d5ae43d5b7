import { spanOfMoments } from '../base/moments.ts'
import type { ChangedFile, SchemaChange, SnapshotChanges } from '../data/compare-snapshots.ts'
import type { Oddity } from '../data/find-oddities.ts'
import { formatCount } from './numbers.ts'
import { wordFileSet, wordFiles } from './word-files.ts'

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

/** What somebody should look at before they train on it; files of which the same is to be said in one sentence. */
export function wordOddities(oddities: readonly Oddity[]): string[] {
  const groups = new Map<string, [Oddity, ...Oddity[]]>()
  for (const oddity of oddities) {
    const key = JSON.stringify([oddity.kind, 'as' in oddity && oddity.as, 'rows' in oddity && oddity.rows])
    const same = groups.get(key)
    if (same) same.push(oddity)
    else groups.set(key, [oddity])
  }
  const lines = [...groups.values()].map(wordOddity)
  const more = lines.length - odditiesShown
  if (more <= 0) return lines
  return [...lines.slice(0, odditiesShown), `And ${formatCount(more)} more such warnings: --json lists them all.`]
}

/** `same` differ in their path alone, or in how old they are. */
function wordOddity(same: readonly [Oddity, ...Oddity[]]): string {
  const [oddity] = same
  const which = wordFileSet(same.flatMap((one) => ('path' in one ? [one.path] : [])))
  const isOne = same.length === 1
  switch (oddity.kind) {
    case 'same bytes':
      return isOne
        ? `${which} holds the same bytes as ${oddity.as}: its rows count twice. Was yesterday’s file written again?`
        : `${which} hold the same bytes as ${oddity.as}: its rows count ${formatCount(same.length + 1)} times.`
    case 'same rows':
      return isOne
        ? `${which} has as many rows (${formatCount(oddity.rows)}) of the same times as ${oddity.as}: do its rows count twice?`
        : `${which} have as many rows (${formatCount(oddity.rows)} each) of the same times as ${oddity.as}: do its rows count more than once?`
    case 'older':
      return isOne
        ? `${which} is new, but its newest row (${oddity.until}) is older than what was pinned already (${oddity.newest}).`
        : `${which} are new, but all their rows are older than what was pinned already (${oddity.newest}).`
    case 'not newer':
      return `The newest row is still of ${oddity.until}, though ${wordFiles(oddity.files)} ${oddity.files === 1 ? 'is' : 'are'} new or changed.`
  }
}
