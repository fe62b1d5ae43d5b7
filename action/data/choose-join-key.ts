import { Fault } from '../base/fault.ts'
import { isMoment } from './choose-roles.ts'
import type { InferredColumn, JoinKey, KeyCandidate } from './inferred-model.ts'

/** So many of the rows that have a key find a partner, or it is another kind of column that happens to be called alike. */
const nearlyAll = 0.95

/** Whether it names one row of the joined table, and nearly every row finds its own there. */
export function isKey({ repeats, foundShare }: KeyCandidate): boolean {
  return repeats === 0 && foundShare >= nearlyAll
}

/**
 * The key by which a table is joined: the fewest columns, of these what the most rows find, of these the first. It is sure where
 * no other would do. Undefined where none would.
 */
export function chooseJoinKey(candidates: readonly KeyCandidate[]): JoinKey | undefined {
  const [best, ...others] = candidates
    .filter(isKey)
    .sort((a, b) => a.columns.length - b.columns.length || b.foundShare - a.foundShare)
  return best && { columns: best.columns, isSure: others.length === 0, others }
}

/** A key's columns in one line, as a person is shown them and answers with them. */
export function keyText(columns: readonly string[]): string {
  return columns.join(', ')
}

/** The type in which the keys of two tables are compared: where theirs differ, a number or a moment where both are, else text. */
export function settleKeyColumn(own: InferredColumn, other: InferredColumn): readonly [InferredColumn, InferredColumn] {
  if (own.type === other.type) return [own, other]
  const areNumbers = [own, other].every(({ type }) => type === 'integer' || type === 'number')
  const areMoments = [own, other].every(({ type }) => isMoment(type))
  const type = areNumbers ? 'number' : areMoments ? 'timestamp' : 'string'
  return [asType(own, type), asType(other, type)]
}

function asType(column: InferredColumn, type: 'number' | 'timestamp' | 'string'): InferredColumn {
  if (column.type === type) return column
  if (type !== 'string') return { ...column, type }
  const { spelling: _spelling, almost: _almost, missing: _missing, ...plain } = column
  return { ...plain, type, minimum: null, maximum: null }
}

const maxShown = 4

/** Why a table of these columns cannot be joined: what was looked at, and what is wrong with each. */
export function noKeyFound(source: string, columns: readonly string[], candidates: readonly KeyCandidate[]): Fault {
  const cannot = `Cannot join "${source}"`
  const some = (words: readonly string[], mark: string) =>
    [...words.slice(0, maxShown), ...(words.length > maxShown ? [`${words.length - maxShown} more`] : [])].join(mark)
  if (candidates.length === 0) {
    const message = `${cannot}: the rows share no column with it that could be its key (it has ${some(columns, ', ')}); expected one`
    return new Fault('init/cannot-join', message, {
      remedy: `Give its key one name in both, and in every file; or say which is which: --on ${source}=COLUMN=ITS_COLUMN`,
    })
  }
  const state = `no column of both names its rows: ${some(candidates.map(wordFailure), '; ')}`
  return new Fault('init/cannot-join', `${cannot}: ${state}; expected a key`, {
    remedy: `Say by which: --on ${source}=COLUMN or --on ${source}=COLUMN,COLUMN; COLUMN=ITS_COLUMN where it has another name there`,
  })
}

function wordFailure({ columns, repeats, foundShare }: KeyCandidate): string {
  if (repeats > 0) return `${keyText(columns)} (${repeats} of its values repeat)`
  return `${keyText(columns)} (${Math.round(foundShare * 100)} % of the rows find theirs)`
}
