import type { Diagnostic } from '../base/diagnostic.ts'
import { type Contract, type ContractColumn, isClassified, type RuleNote, type Tolerance } from '../project/contract.ts'
import { meets } from '../project/expectation.ts'
import type { ContractCheck, ContractPromise, NewColumn, SampleRow } from './contract-result.ts'
import { breaks, checkLiterals } from './contract-sql.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { quoteName, quoteText } from './quote.ts'
import { castColumn, feedingColumn, fileColumn, numberColumn, rawRelation, typedRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

export interface CheckedContract {
  readonly rows: number
  readonly checks: readonly ContractCheck[]
  readonly newColumns: readonly NewColumn[]
  /** What kept checks from being made: unreadable rows, a pattern that is none. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface CheckOptions {
  /** Failing rows shown a check. */
  readonly maxSamples?: number
}

/**
 * Holds every promise of the contract against the files and never stops at the first that is broken.
 * SQL rules are `checkSqlRules()`’s. One scan counts everything but duplicates, which take one a unique column; rows are looked up only for what fails.
 */
export async function checkContract(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  options: CheckOptions = {},
): Promise<CheckedContract> {
  const newColumns = findNewColumns(files, contract)
  const literals = await checkLiterals(engine, contract)
  if (literals.length > 0) return { rows: 0, checks: [], newColumns, diagnostics: literals }
  try {
    const groups = groupAlike(files)
    const counted = await countBroken(engine, groups, contract)
    const rows = counted.reduce((sum, group) => sum + group.rows, 0)
    const checks: ContractCheck[] = []
    for (const [index, planned] of planChecks(contract).entries()) {
      const failing = await countRepeats(engine, files, contract, planned)
      const check = judge(planned, index, counted, rows, failing)
      checks.push(await withSamples(engine, check, planned, contract, files, groups, options.maxSamples ?? 3))
    }
    return { rows, checks, newColumns, diagnostics: [] }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { rows: 0, checks: [], newColumns, diagnostics: [diagnostic] }
  }
}

/** Columns of the files that no column of the contract claims, neither by name nor by alias. */
export function findNewColumns(files: readonly DescribedFile[], contract: Contract): NewColumn[] {
  const known = new Set(contract.columns.flatMap(({ name, aliases }) => [name, ...aliases]))
  const found = new Map<string, string[]>()
  for (const file of files) {
    for (const { name } of file.columns) {
      if (!known.has(name)) found.set(name, [...(found.get(name) ?? []), file.path])
    }
  }
  return [...found].map(([name, paths]) => ({ name, files: paths }))
}

interface PlannedCheck {
  readonly column: ContractColumn | undefined
  readonly promise: ContractPromise
  readonly note: RuleNote
  readonly tolerance: Tolerance | null
}

function planChecks(contract: Contract): PlannedCheck[] {
  const ofColumns = contract.columns.flatMap((column): PlannedCheck[] => [
    { column, promise: { kind: 'present' }, note: { line: column.line }, tolerance: null },
    { column, promise: typePromise(column), note: { line: column.line }, tolerance: null },
    ...column.rules.map(({ line, severity, dimension, tolerance, ...promise }) => ({
      column,
      promise,
      note: { line, ...(severity && { severity }), ...(dimension && { dimension }) },
      tolerance: tolerance ?? null,
    })),
  ])
  const ofTable = contract.tableRules.flatMap((rule): PlannedCheck[] => {
    const { line, severity, dimension, ...promise } = rule
    if (promise.kind === 'sql') return []
    const tolerance = promise.kind === 'unique-together' ? (promise.tolerance ?? null) : null
    const note = { line, ...(severity && { severity }), ...(dimension && { dimension }) }
    return [{ column: undefined, promise, note, tolerance }]
  })
  return [...ofColumns, ...ofTable]
}

function typePromise({ logicalType, rules }: ContractColumn): ContractPromise {
  const missing = rules.flatMap((rule) => (rule.kind === 'filled' ? rule.missing : []))
  return { kind: 'type', type: logicalType, ...(missing.length > 0 && { missing }) }
}

/** Files of one shape, so that one expression fits all of them. */
interface Group {
  readonly files: readonly DescribedFile[]
  readonly shape: DescribedFile
}

interface CountedGroup extends Group {
  readonly rows: number
  /** Broken rows, in the order of the planned checks; null where the column is missing or another query counts. */
  readonly broken: readonly (number | null)[]
}

function groupAlike(files: readonly DescribedFile[]): Group[] {
  const groups = new Map<string, [DescribedFile, ...DescribedFile[]]>()
  for (const file of files) {
    const key = JSON.stringify([file.format, file.delimiter, file.columns])
    const group = groups.get(key)
    if (group) group.push(file)
    else groups.set(key, [file])
  }
  return [...groups.values()].map((alike) => ({ files: alike, shape: alike[0] }))
}

/** DuckDB plans a query in the square of its aggregates, so a very wide contract takes a scan for each so many. */
const maxCountsAScan = 100

async function countBroken(engine: Engine, groups: readonly Group[], contract: Contract): Promise<CountedGroup[]> {
  const planned = planChecks(contract)
  const counted: CountedGroup[] = []
  for (const group of groups) {
    const conditions = planned.map((check) => conditionOf(check, group.shape))
    const broken: (number | null)[] = []
    let rows = 0
    for (let from = 0; from === 0 || from < conditions.length; from += maxCountsAScan) {
      const part = conditions.slice(from, from + maxCountsAScan)
      const counts = part.map(
        (condition, i) => `, ${condition ? `count(*) FILTER (WHERE ${condition})` : 'NULL'} AS c${i}`,
      )
      const sql = `SELECT count(*) AS n ${counts.join('')} FROM ${rawRelation(group.files)}`
      const [row] = await engine.query<Record<string, number | null>>(sql)
      rows = row?.['n'] ?? 0
      broken.push(...part.map((_, i) => row?.[`c${i}`] ?? null))
    }
    counted.push({ ...group, rows, broken })
  }
  return counted
}

/** SQL that holds for a row that breaks the promise; undefined where a row alone cannot tell. */
function conditionOf({ column, promise }: PlannedCheck, shape: DescribedFile): string | undefined {
  const raw = column && feedingColumn(shape, column)
  if (!column || !raw) return undefined
  const name = quoteName(raw.name)
  return breaks(promise, column.logicalType, {
    raw: name,
    typed: castColumn(column, name, raw.type),
    isEmptyNull: shape.format === 'csv',
  })
}

/**
 * Rows that repeat the values of an earlier row, over all files; undefined where that is not promised, or a column of
 * several is missing everywhere. A row with a null among the values repeats nothing.
 */
async function countRepeats(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  planned: PlannedCheck,
): Promise<number | undefined> {
  const columns = uniqueColumns(planned, contract)
  if (columns.length === 0) return undefined
  if (columns.some((column) => files.every((file) => !feedingColumn(file, column)))) {
    return planned.column ? 0 : undefined
  }
  const names = columns.map(({ name }) => quoteName(name))
  const isWhole = names.map((name) => `${name} IS NOT NULL`).join(' AND ')
  const [row] = await engine.query<{ repeats: number | null }>(
    `SELECT CAST(sum(n - 1) AS BIGINT) AS repeats FROM (SELECT count(*) AS n
       FROM ${typedRelation(files, { ...contract, columns })} WHERE ${isWhole} GROUP BY ${names.join(', ')} HAVING n > 1)`,
  )
  return row?.repeats ?? 0
}

function uniqueColumns({ column, promise }: PlannedCheck, contract: Contract): readonly ContractColumn[] {
  if (promise.kind === 'unique') return column ? [column] : []
  if (promise.kind !== 'unique-together') return []
  return promise.columns.flatMap((name) => contract.columns.filter((candidate) => candidate.name === name))
}

function judge(
  { column, promise, note, tolerance }: PlannedCheck,
  index: number,
  groups: readonly CountedGroup[],
  rows: number,
  counted: number | undefined,
): ContractCheck {
  const { line, severity = 'error', dimension = null } = note
  const base = { column: column?.name ?? null, promise, line, rows, tolerance, severity, dimension, samples: [] }
  if (promise.kind === 'row-count') {
    return { ...base, outcome: meets(rows, promise.expected) ? 'pass' : 'fail', failing: rows, missingIn: [] }
  }
  if (column === undefined) {
    if (counted === undefined) return { ...base, outcome: 'skipped', failing: 0, missingIn: [] }
    return {
      ...base,
      outcome: isTolerated(counted, rows, tolerance) ? 'pass' : 'fail',
      failing: counted,
      missingIn: [],
    }
  }
  const lacking = groups.filter((group) => !feedingColumn(group.shape, column))
  const missingIn = lacking.flatMap((group) => group.files.map(({ path }) => path))
  if (promise.kind === 'present') {
    const failing = lacking.reduce((sum, group) => sum + group.rows, 0)
    return { ...base, outcome: missingIn.length > 0 ? 'fail' : 'pass', failing, missingIn }
  }
  if (lacking.length === groups.length) return { ...base, outcome: 'skipped', failing: 0, missingIn }
  const failing = counted ?? groups.reduce((sum, group) => sum + (group.broken[index] ?? 0), 0)
  return { ...base, outcome: isTolerated(failing, rows, tolerance) ? 'pass' : 'fail', failing, missingIn }
}

function isTolerated(failing: number, rows: number, tolerance: Tolerance | null): boolean {
  if (tolerance === null) return failing === 0
  return meets(tolerance.unit === 'percent' && rows > 0 ? (100 * failing) / rows : failing, tolerance)
}

async function withSamples(
  engine: Engine,
  check: ContractCheck,
  planned: PlannedCheck,
  contract: Contract,
  files: readonly DescribedFile[],
  groups: readonly Group[],
  maxSamples: number,
): Promise<ContractCheck> {
  const { column, promise } = planned
  if (check.outcome !== 'fail') return check
  if (promise.kind === 'unique' || promise.kind === 'unique-together') {
    const columns = uniqueColumns(planned, contract).filter((each) => files.some((file) => feedingColumn(file, each)))
    return { ...check, samples: await findRepeats(engine, files, contract, columns, maxSamples) }
  }
  if (!column || promise.kind === 'present') return check
  const isShown = !isClassified(column)
  const samples: SampleRow[] = []
  for (const group of groups) {
    if (samples.length >= maxSamples) break
    const raw = feedingColumn(group.shape, column)
    if (!raw) continue
    const rows = await engine.query<{ file: string; row: number; value: string | null }>(
      `SELECT ${fileColumn} AS file, ${numberColumn} AS row, left(CAST(${quoteName(raw.name)} AS VARCHAR), 80) AS value
       FROM ${rawRelation(group.files, { withPlace: true })} WHERE ${conditionOf(planned, group.shape)}
       ORDER BY ${fileColumn}, ${numberColumn} LIMIT ${maxSamples - samples.length}`,
    )
    samples.push(...rows.map(({ file, row, value }) => ({ file, row, ...(isShown && { value }) })))
  }
  return { ...check, samples }
}

/** Rows whose values stand in another row too: equal ones beside each other. */
async function findRepeats(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  columns: readonly ContractColumn[],
  maxSamples: number,
): Promise<SampleRow[]> {
  const names = columns.map(({ name }) => quoteName(name))
  const [only] = columns.length === 1 ? columns : []
  const shown = columns.filter((column) => !isClassified(column))
  const words = shown.map(
    ({ name }) => `${only ? '' : `${quoteText(`${name} `)} || `}CAST(${quoteName(name)} AS VARCHAR)`,
  )
  const value = words.length > 0 ? `left(concat_ws(', ', ${words.join(', ')}), 80)` : 'NULL'
  const rows = await engine.query<{ file: string; row: number; value: string | null }>(
    `SELECT ${fileColumn} AS file, ${numberColumn} AS row, ${value} AS value
     FROM ${typedRelation(files, { ...contract, columns }, { withPlace: true })}
     WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')}
     QUALIFY count(*) OVER (PARTITION BY ${names.join(', ')}) > 1
     ORDER BY ${[...names, fileColumn, numberColumn].join(', ')} LIMIT ${maxSamples}`,
  )
  return rows.map(({ file, row, value: text }) => ({ file, row, ...(shown.length > 0 && { value: text }) }))
}
