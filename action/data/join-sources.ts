import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import { chooseJoinKey, keyText, noKeyFound, settleKeyColumn } from './choose-join-key.ts'
import { countInRows } from './count-in-rows.ts'
import type { Engine } from './engine.ts'
import { countRepeats, type ExaminedTable } from './find-join-keys.ts'
import { inferredContract } from './inferred-contract.ts'
import type { InferredColumn, JoinedSource, JoinKey, KeyCandidate } from './inferred-model.ts'
import { quoteName } from './quote.ts'
import { typedRelation } from './read-source.ts'
import { findColumn } from './refuse-model.ts'
import { applyFormats, type Examined } from './settle-spellings.ts'
import type { DescribedFile } from './source-file.ts'

/** A table that is to be joined, before its key is known. */
export interface ExaminedJoin {
  readonly name: string
  readonly files: readonly DescribedFile[]
  /** Those that the rows have too are called as the rows call them. */
  readonly columns: readonly Examined[]
  readonly candidates: readonly KeyCandidate[]
}

export interface JoinWishes {
  readonly target: string
  /** By source: the columns of its key. */
  readonly keys?: ReadonlyMap<string, readonly string[]>
  readonly formats?: ReadonlyMap<string, string>
}

export interface JoinedRows {
  /** Of the rows themselves, in the types in which their keys are compared. */
  readonly own: readonly InferredColumn[]
  readonly sources: readonly JoinedSource[]
  /** Of the joined tables, keys apart, as the rows show them. */
  readonly others: readonly InferredColumn[]
  /** What follows the rows in FROM. */
  readonly clause: string
}

interface Rows {
  readonly files: readonly DescribedFile[]
  readonly columns: readonly Examined[]
  readonly joins: readonly ExaminedJoin[]
}

/**
 * Joins tables onto the rows: by which columns, and what each of theirs is called where a name is taken. Leaves a table of each for
 * the clause. Throws `init/cannot-join` where there is no key, or one that names several rows.
 */
export async function joinSources(engine: Engine, rows: Rows, wishes: JoinWishes): Promise<JoinedRows> {
  const chosen = rows.joins.map((join) => ({ join, key: chooseKey(join, rows, wishes) }))
  const tables = nameColumns(chosen, [...rows.columns.map(({ column }) => column.name), wishes.target])
  const formats = wishes.formats ?? new Map<string, string>()
  const all = [rows, ...tables].flatMap(({ columns }) => columns.map(({ column }) => column))
  for (const name of formats.keys()) findColumn(all, name, 'read')

  let own = (await applyFormats(engine, rows.columns, only(formats, rows.columns))).map(({ column }) => column)
  const read: TableToJoin[] = []
  for (const table of tables) {
    const keyless = table.columns.filter(({ column }) => !table.key.columns.includes(column.name))
    const applied = await applyFormats(engine, table.columns, only(formats, keyless))
    read.push({ ...table, columns: applied.map(({ column }) => column) })
  }
  // A key that leads into several tables has one type in all of them.
  for (const { columns, key } of read) own = settleKey(own, columns, key).own
  const [sources, others, clauses]: [JoinedSource[], InferredColumn[], string[]] = [[], [], []]
  for (const [i, table] of read.entries()) {
    const name = `plumbline_joined_${i}`
    const { other: columns } = settleKey(own, table.columns, table.key)
    const joined = await loadJoined(engine, name, { files: rows.files, columns: own }, { ...table, columns })
    sources.push(joined.source)
    others.push(...joined.columns)
    clauses.push(` LEFT JOIN ${name} USING (${table.key.columns.map(quoteName).join(', ')})`)
  }
  return { own, sources, others, clause: clauses.join('') }
}

function chooseKey({ name, columns, candidates }: ExaminedJoin, rows: Rows, wishes: JoinWishes): JoinKey {
  const given = wishes.keys?.get(name)
  if (given === undefined) {
    const key = chooseJoinKey(candidates)
    if (!key) throw noKeyFound(name, namesIn(columns), candidates)
    return key
  }
  for (const column of given) {
    refuseLacking(name, column, 'the rows have', rows.columns)
    refuseLacking(name, column, 'it has', columns)
  }
  return { columns: given, isSure: true, others: [] }
}

function refuseLacking(source: string, key: string, whose: string, columns: readonly Examined[]): void {
  const known = namesIn(columns)
  const found = columns.find(({ column }) => column.name === key)
  const cannot = `Cannot join "${source}" on "${key}"`
  if (!found) {
    const near = known.find((name) => name.toLowerCase() === key.toLowerCase()) ?? nearestName(key, known)
    const shown = `${known.slice(0, 12).join(', ')}${known.length > 12 ? `, … (${known.length} in all)` : ''}`
    throw new Fault('init/unknown-column', `${cannot}: ${whose} no such column; expected one of ${shown}`, {
      remedy: near === undefined ? 'Name a column that both tables have.' : `Did you mean "${near}"?`,
    })
  }
  const [lacking] = found.column.missingIn
  if (lacking === undefined) return
  throw new Fault('init/cannot-join', `${cannot}: ${lacking} lacks it; expected it in every file`, {
    remedy: 'Name a column that every file has, or mend the file.',
  })
}

function namesIn(columns: readonly Examined[]): string[] {
  return columns.map(({ column }) => column.name)
}

interface NamedTable extends ExaminedJoin {
  readonly key: JoinKey
}

/** A name that is taken gets that of the source before it, and the contract tells what the files call the column. */
function nameColumns(
  chosen: readonly { readonly join: ExaminedJoin; readonly key: JoinKey }[],
  known: readonly string[],
): readonly NamedTable[] {
  const taken = new Set(known.map(folded))
  return chosen.map(({ join, key }) => {
    const inFiles = new Set(join.files.flatMap(({ columns }) => columns.map(({ name }) => folded(name))))
    const columns = join.columns.map((examined): Examined => {
      const { column } = examined
      if (key.columns.includes(column.name)) return examined
      const name = freeName(
        join.name,
        column,
        (each) => taken.has(each) || (each !== folded(column.name) && inFiles.has(each)),
      )
      taken.add(folded(name))
      const { physicalName = column.name, ...plain } = column
      return { ...examined, column: name === physicalName ? { ...plain, name } : { ...plain, name, physicalName } }
    })
    return { ...join, columns, key }
  })
}

function freeName(
  source: string,
  { name, physicalName = name }: InferredColumn,
  isTaken: (name: string) => boolean,
): string {
  if (!isTaken(folded(physicalName))) return physicalName
  const long = `${source.replaceAll('-', '_')}_${physicalName}`
  let free = long
  for (let i = 2; isTaken(folded(free)); i++) free = `${long}_${i}`
  return free
}

/** As SQL compares names. */
function folded(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

function only(formats: ReadonlyMap<string, string>, columns: readonly Examined[]): ReadonlyMap<string, string> {
  return new Map([...formats].filter(([name]) => columns.some(({ column }) => column.name === name)))
}

function settleKey(own: readonly InferredColumn[], other: readonly InferredColumn[], { columns }: JoinKey) {
  const settled = new Map(
    columns.flatMap((name) => {
      const [ours, theirs] = [own, other].map((side) => side.find((column) => column.name === name))
      return ours && theirs ? [[name, settleKeyColumn(ours, theirs)] as const] : []
    }),
  )
  return {
    own: own.map((column) => settled.get(column.name)?.[0] ?? column),
    other: other.map((column) => settled.get(column.name)?.[1] ?? column),
  }
}

interface TableToJoin extends ExaminedTable {
  readonly name: string
  readonly key: JoinKey
}

async function loadJoined(
  engine: Engine,
  table: string,
  own: ExaminedTable,
  { name, files, columns, key }: TableToJoin,
): Promise<{ readonly source: JoinedSource; readonly columns: readonly InferredColumn[] }> {
  const isWhole = key.columns.map((column) => `${quoteName(column)} IS NOT NULL`).join(' AND ')
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM ${typedRelation(files, inferredContract(columns))} WHERE ${isWhole}`,
  )
  const rows = columns[0]?.rows ?? 0
  const repeats = await countRepeats(engine, table, key.columns)
  if (repeats.keys > 0) throw repeatedKey(name, key.columns, repeats, rows)
  const keyColumns = own.columns.filter((column) => key.columns.includes(column.name))
  const counted = await countInRows(
    engine,
    { table, key: key.columns, columns: columns.filter((column) => !key.columns.includes(column.name)) },
    typedRelation(own.files, inferredContract(keyColumns)),
  )
  if (counted.found === 0) throw noPartner(name, key.columns)
  const source: JoinedSource = {
    name,
    files: files.map(({ path }) => path),
    rows,
    key,
    foundShare: counted.found / counted.rows,
    isWhole: counted.found === counted.filled,
    columns,
  }
  return { source, columns: counted.columns.map((column) => ({ ...column, source: name })) }
}

function repeatedKey(
  source: string,
  columns: readonly string[],
  repeats: { readonly keys: number; readonly rows: number },
  rows: number,
): Fault {
  const keys = repeats.keys === 1 ? '1 key stands' : `${repeats.keys} keys stand`
  const state = `${keys} in several rows (${repeats.rows} of ${rows} rows)`
  return new Fault(
    'init/cannot-join',
    `Cannot join "${source}" on "${keyText(columns)}": ${state}; expected each once`,
    {
      remedy: `Name one more column (--on ${source}=${columns.join(',')},COLUMN), or make the table one row a key.`,
    },
  )
}

function noPartner(source: string, columns: readonly string[]): Fault {
  const message = `Cannot join "${source}" on "${keyText(columns)}": no row finds a partner; expected keys that both tables have`
  return new Fault('init/cannot-join', message, {
    remedy: `Name another column (--on ${source}=COLUMN), or write the keys alike in both files.`,
  })
}
