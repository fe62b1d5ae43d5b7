import type { Diagnostic } from '../base/diagnostic.ts'
import { type Contract, type ContractColumn, isClassified, type Tolerance } from '../project/contract.ts'
import type { ContractCheck, ContractPromise, NewColumn, SampleRow } from './contract-result.ts'
import { breaks, checkLiterals } from './contract-sql.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'
import { castTo, feedingColumn, fileColumn, numberColumn, rawRelation, typedRelation } from './read-source.ts'
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
 * One scan counts everything but duplicates, which take one a unique column; rows are looked up only for what fails.
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
      const failing =
        planned.promise.kind === 'unique' ? await countRepeats(engine, files, contract, planned) : undefined
      const check = judge(planned, index, counted, rows, failing)
      checks.push(await withSamples(engine, check, planned, groups, options.maxSamples ?? 3))
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
  readonly line: number
  readonly tolerance: Tolerance | null
}

function planChecks(contract: Contract): PlannedCheck[] {
  const ofColumns = contract.columns.flatMap((column): PlannedCheck[] => [
    { column, promise: { kind: 'present' }, line: column.line, tolerance: null },
    { column, promise: { kind: 'type', type: column.logicalType }, line: column.line, tolerance: null },
    ...column.rules.map(({ line, tolerance, ...promise }) => ({ column, promise, line, tolerance: tolerance ?? null })),
  ])
  const ofRows = contract.rowCount.map(({ line, ...range }): PlannedCheck => {
    return { column: undefined, promise: { kind: 'row-count', ...range }, line, tolerance: null }
  })
  return [...ofColumns, ...ofRows]
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
  return breaks(promise, column.logicalType, { raw: name, typed: castTo(column.logicalType, name, raw.type) })
}

/** Rows that repeat a value of an earlier row, over all files. */
async function countRepeats(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  { column }: PlannedCheck,
): Promise<number> {
  if (!column || files.every((file) => !feedingColumn(file, column))) return 0
  const one = typedRelation(files, { ...contract, columns: [column] })
  const [row] = await engine.query<{ repeats: number | null }>(
    `SELECT CAST(sum(n - 1) AS BIGINT) AS repeats FROM (
       SELECT count(*) AS n FROM ${one} WHERE ${quoteName(column.name)} IS NOT NULL GROUP BY ${quoteName(column.name)} HAVING n > 1)`,
  )
  return row?.repeats ?? 0
}

function judge(
  { column, promise, line, tolerance }: PlannedCheck,
  index: number,
  groups: readonly CountedGroup[],
  rows: number,
  counted: number | undefined,
): ContractCheck {
  const base = { column: column?.name ?? null, promise, line, rows, tolerance, samples: [] }
  if (column === undefined) {
    return { ...base, outcome: isInRange(promise, rows) ? 'pass' : 'fail', failing: rows, missingIn: [] }
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

function isInRange(promise: ContractPromise, rows: number): boolean {
  if (promise.kind !== 'row-count') return true
  const isWithin = rows >= (promise.minimum ?? 0) && rows <= (promise.maximum ?? Infinity)
  return promise.isOutside ? !isWithin : isWithin
}

function isTolerated(failing: number, rows: number, tolerance: Tolerance | null): boolean {
  if (failing === 0) return true
  if (tolerance === null) return false
  const amount = tolerance.unit === 'percent' ? (100 * failing) / rows : failing
  return tolerance.isExclusive ? amount < tolerance.limit : amount <= tolerance.limit
}

async function withSamples(
  engine: Engine,
  check: ContractCheck,
  planned: PlannedCheck,
  groups: readonly Group[],
  maxSamples: number,
): Promise<ContractCheck> {
  const { column, promise } = planned
  if (check.outcome !== 'fail' || !column || promise.kind === 'present') return check
  const isHidden = isClassified(column)
  const samples: SampleRow[] = []
  for (const { files, shape } of groups) {
    if (samples.length >= maxSamples) break
    const raw = feedingColumn(shape, column)
    if (!raw) continue
    const name = quoteName(raw.name)
    const relation = rawRelation(files, { withPlace: true })
    const repeats = `(count(*) OVER (PARTITION BY ${name}) > 1 AND ${name} IS NOT NULL)`
    const condition = promise.kind === 'unique' ? repeats : conditionOf(planned, shape)
    const rows = await engine.query<{ file: string; row: number; value: string | null }>(
      `SELECT ${fileColumn} AS file, ${numberColumn} AS row, left(CAST(${name} AS VARCHAR), 80) AS value
       FROM ${relation} ${promise.kind === 'unique' ? 'QUALIFY' : 'WHERE'} ${condition}
       ORDER BY ${fileColumn}, ${numberColumn} LIMIT ${maxSamples - samples.length}`,
    )
    samples.push(...rows.map(({ file, row, value }) => ({ file, row, ...(!isHidden && { value }) })))
  }
  return { ...check, samples }
}
