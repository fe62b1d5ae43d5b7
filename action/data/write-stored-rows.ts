import type { JudgedRows } from '../evaluation/judged-rows.ts'
import { isClassified } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import { labelColumns, labelRowsByKey } from './label-columns.ts'
import { copyTo } from './make-features.ts'
import { quoteName, quotePath, quoteText } from './quote.ts'
import { type OutcomeColumns, type OutcomeFiles, probabilityColumns } from './read-outcomes.ts'
import { sqlTypes } from './read-source.ts'
import { cohortColumn, groupColumn } from './sql-metric.ts'

/** The rows of a release are written, but for columns that `lacking` has with why; or why they cannot be as the log's are. */
export type WrittenRows =
  | { readonly ok: true; readonly lacking: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly state: string }

/** Judged rows that a release keeps. */
export interface StoredRows {
  /** Absolute, of what `writeStoredPredictions()` wrote. */
  readonly path: string
  readonly rows: JudgedRows
  /** By which ids became pseudonyms. */
  readonly salt: string
}

/**
 * Writes the judged rows that a release keeps as `writeOutcomeRows()` writes those of the log that it read last: the prediction,
 * the target and probabilities, by the names and in the words of the log and its labels, and what the labels' files have of all
 * of them. A release keeps no word for the negative class of two: it is the only other value there, or the other of 0 and 1, or
 * of false and true.
 */
export async function writeStoredRows(
  engine: Engine,
  stored: StoredRows,
  files: OutcomeFiles,
  columns: OutcomeColumns,
  { to, groups }: { readonly to: string; readonly groups: number },
): Promise<WrittenRows> {
  const words = await wordsOf(engine, stored.rows, columns)
  if (!words.ok) return words
  const judged = `read_parquet(${quotePath(stored.path)})`
  const held = labelColumns(files, columns)
  const byKey = labelRowsByKey(files, columns, held)
  const pseudonym = `sha256(${quoteText(stored.salt)} || key)`
  const gone = held.length === 0 ? 0 : await goneOf(engine, `${judged} ANTI JOIN (${byKey}) ON "row" = ${pseudonym}`)
  const kept = gone === 0 ? held : []
  const why = `${gone} of the ${stored.rows.rows} judged rows are no longer in the files of labels`
  const lacking = { ...classifiedIn(files), ...(gone > 0 && Object.fromEntries(held.map(({ name }) => [name, why]))) }
  const type = columns.task === 'regression' ? 'DOUBLE' : sqlTypes[columns.targetType]
  const answer = (code: string) => `CAST(${words.sql(code)} AS ${type})`
  const selected = [
    `${answer('predicted')} AS prediction`,
    `${answer('truth')} AS ${quoteName(columns.target)}`,
    ...probabilityColumns(files.predictions, columns).flatMap(({ column, className }) => {
      const stands = keptAs(stored.rows, className)
      return stands === undefined ? [] : [`${stands} AS ${quoteName(column)}`]
    }),
    ...kept.map(({ name }) => `label_row.${quoteName(name)} AS ${quoteName(name)}`),
    `0 AS ${quoteName(cohortColumn)}`,
    `row_number() OVER (ORDER BY "row") % ${groups} AS ${quoteName(groupColumn)}`,
  ]
  const joined = kept.length === 0 ? judged : `${judged} LEFT JOIN (${byKey}) ON "row" = ${pseudonym}`
  await engine.run(copyTo(to, `SELECT ${selected.join(', ')} FROM ${joined} ORDER BY "row"`))
  return { ok: true, lacking }
}

/** A column whose values are secret is not looked at. */
function classifiedIn({ labelContract }: OutcomeFiles): Record<string, string> {
  const classified = labelContract?.columns.filter(isClassified) ?? []
  return Object.fromEntries(classified.map(({ name }) => [name, 'the contract classifies it']))
}

async function goneOf(engine: Engine, relation: string): Promise<number> {
  const [found] = await engine.query<{ gone: number }>(`SELECT count(*) AS gone FROM ${relation}`)
  return found?.gone ?? 0
}

type Words =
  | { readonly ok: true; readonly sql: (code: string) => string }
  | { readonly ok: false; readonly state: string }

/** How a number that stands for an answer is written. */
async function wordsOf(
  engine: Engine,
  rows: JudgedRows,
  { positive = '', targetType, target }: OutcomeColumns,
): Promise<Words> {
  if (rows.task === 'regression') return { ok: true, sql: (code) => code }
  if (rows.task === 'multiclass') return { ok: true, sql: (code) => caseOf(code, [...rows.classes.entries()]) }
  const found = await engine.query<{ value: string }>(
    `SELECT DISTINCT value FROM (SELECT truth AS value FROM outcomes WHERE labels = 1 UNION ALL SELECT predicted FROM outcomes)
     WHERE value IS NOT NULL AND value <> ${quoteText(positive)} ORDER BY 1 LIMIT 2`,
  )
  const [first, second] = found.map(({ value }) => value)
  if (second !== undefined) {
    return { ok: false, state: `"${target}" has more values than two; expected one beside the positive class` }
  }
  const others: Readonly<Record<string, string>> =
    targetType === 'boolean' ? { true: 'false', false: 'true' } : { 1: '0', 0: '1' }
  const negative = first ?? others[positive]
  if (negative === undefined) {
    return { ok: false, state: `no row says what the negative class of "${target}" is called` }
  }
  return {
    ok: true,
    sql: (code) =>
      caseOf(code, [
        [1, positive],
        [0, negative],
      ]),
  }
}

function caseOf(code: string, words: readonly (readonly [number, string])[]): string {
  return `CASE ${code} ${words.map(([number, word]) => `WHEN ${number} THEN ${quoteText(word)}`).join(' ')} END`
}

/** The column of the release that holds a class's probability. */
function keptAs(rows: JudgedRows, className: string): string | undefined {
  if (rows.task === 'binary') return 'probability'
  const place = rows.task === 'multiclass' ? rows.classes.indexOf(className) : -1
  return place === -1 ? undefined : `probability_${place}`
}
