import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { InferredColumn } from './inferred-model.ts'
import type { Examined } from './settle-spellings.ts'

/** A joined table before its columns are called as the rows call them. */
export interface TableToName {
  readonly name: string
  readonly columns: readonly Examined[]
  /** Its columns that the rows call otherwise: from its own name to theirs. */
  readonly called: ReadonlyMap<string, string>
}

/**
 * The columns of a joined table as the rows write their names: those that are said to be the same, and those that differ in case
 * alone. Throws `init/unknown-column` where it lacks one that was said, and `init/cannot-join` where it has one of the rows' name, too.
 */
export function nameJoined(table: TableToName, rows: readonly Examined[]): readonly Examined[] {
  for (const [theirs, ours] of table.called) refuseUnclear(table, theirs, ours)
  return table.columns.map((each) => {
    const { column } = each
    const name = table.called.get(column.name) ?? namedAlike(column, rows)
    return name === column.name ? each : { ...each, column: { ...column, name, physicalName: column.name } }
  })
}

/** As the rows write its name, where they write it in another case. */
function namedAlike({ name }: InferredColumn, rows: readonly Examined[]): string {
  return rows.find(({ column }) => isAlike(column.name, name))?.column.name ?? name
}

function refuseUnclear({ name, columns }: TableToName, theirs: string, ours: string): void {
  const cannot = `Cannot join "${name}" on "${ours}=${theirs}"`
  const known = columns.map(({ column }) => column.name)
  if (!known.includes(theirs)) {
    const near = nearestName(theirs, known)
    const shown = `${known.slice(0, 12).join(', ')}${known.length > 12 ? `, … (${known.length} in all)` : ''}`
    throw new Fault('init/unknown-column', `${cannot}: it has no column "${theirs}"; expected one of ${shown}`, {
      remedy:
        near === undefined ? `Name it behind the rows’ own: --on ${name}=${ours}=COLUMN` : `Did you mean "${near}"?`,
    })
  }
  const other = known.find((each) => each !== theirs && isAlike(each, ours))
  if (other === undefined) return
  throw new Fault('init/cannot-join', `${cannot}: it has a column "${other}", too; expected that name once`, {
    remedy: `Join by that one (--on ${name}=${ours}), or give it another name in its files.`,
  })
}

function isAlike(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
