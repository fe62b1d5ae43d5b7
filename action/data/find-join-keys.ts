import { isKey, settleKeyColumn } from './choose-join-key.ts'
import type { Engine } from './engine.ts'
import { inferredContract } from './inferred-contract.ts'
import type { InferredColumn, KeyCandidate } from './inferred-model.ts'
import { quoteName } from './quote.ts'
import { typedRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** Files with what their values showed. */
export interface ExaminedTable {
  readonly files: readonly DescribedFile[]
  readonly columns: readonly InferredColumn[]
}

/** Of so many columns, pairs are looked at: 28. */
const maxPaired = 8

/**
 * Columns of one name in two tables, each with what speaks against joining by it; pairs of them where none would do alone.
 * Columns that a file lacks, and decimals, are no keys.
 */
export async function findJoinKeys(
  engine: Engine,
  rows: ExaminedTable,
  joined: ExaminedTable,
): Promise<readonly KeyCandidate[]> {
  const shared = rows.columns.flatMap((own) => {
    const other = joined.columns.find(({ name }) => name === own.name)
    return other && mayBeKey(own) && mayBeKey(other) ? [settleKeyColumn(own, other)] : []
  })
  if (shared.length === 0) return []
  const names = shared.map(([{ name }]) => name)
  await hold(
    engine,
    'plumbline_own_keys',
    rows.files,
    shared.map(([own]) => own),
  )
  await hold(
    engine,
    'plumbline_other_keys',
    joined.files,
    shared.map(([, other]) => other),
  )
  const alone = await measureAll(names.map((name) => [name]))
  if (alone.some(isKey)) return alone
  const paired = names.slice(0, maxPaired)
  const pairs = paired.flatMap((first, i) => paired.slice(i + 1).map((second) => [first, second]))
  return [...(await measureAll(pairs)).filter(isKey), ...alone]

  async function measureAll(keys: readonly (readonly string[])[]): Promise<KeyCandidate[]> {
    const measured: KeyCandidate[] = []
    for (const columns of keys) measured.push(await measureKey(engine, columns))
    return measured
  }
}

function mayBeKey({ type, nulls, rows, missingIn, almost }: InferredColumn): boolean {
  return type !== 'number' && nulls < rows && missingIn.length === 0 && almost?.kind !== 'nested'
}

async function hold(
  engine: Engine,
  table: string,
  files: readonly DescribedFile[],
  columns: readonly InferredColumn[],
): Promise<void> {
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM ${typedRelation(files, inferredContract(columns))}`,
  )
}

async function measureKey(engine: Engine, columns: readonly string[]): Promise<KeyCandidate> {
  const keys = columns.map(quoteName).join(', ')
  const isWhole = columns.map((name) => `${quoteName(name)} IS NOT NULL`).join(' AND ')
  const repeats = await countRepeats(engine, 'plumbline_other_keys', columns)
  if (repeats.keys > 0) return { columns, repeats: repeats.keys, foundShare: 0 }
  const [found] = await engine.query<{ filled: number; found: number }>(
    `SELECT (SELECT count(*) FROM plumbline_own_keys WHERE ${isWhole}) AS filled,
       (SELECT count(*) FROM plumbline_own_keys SEMI JOIN plumbline_other_keys USING (${keys})) AS found`,
  )
  return { columns, repeats: 0, foundShare: found && found.filled > 0 ? found.found / found.filled : 0 }
}

/** Keys of a table that stand in several of its rows, and how many rows these are; a null among its columns makes no key. */
export async function countRepeats(
  engine: Engine,
  table: string,
  columns: readonly string[],
): Promise<{ readonly keys: number; readonly rows: number }> {
  const isWhole = columns.map((name) => `${quoteName(name)} IS NOT NULL`).join(' AND ')
  const [found] = await engine.query<{ keys: number; rows: number }>(
    `SELECT count(*) AS keys, CAST(coalesce(sum(n), 0) AS BIGINT) AS rows FROM (
       SELECT count(*) AS n FROM ${table} WHERE ${isWhole} GROUP BY ${columns.map(quoteName).join(', ')} HAVING n > 1)`,
  )
  return found ?? { keys: 0, rows: 0 }
}
