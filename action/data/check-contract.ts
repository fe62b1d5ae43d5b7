import type { Diagnostic } from '../base/diagnostic.ts'
import type { Contract, ContractColumn, Tolerance } from '../project/contract.ts'
import { CheckedColumns } from './checked-columns.ts'
import type { ContractCheck, ContractPromise, NewColumn } from './contract-result.ts'
import { breaks, checkLiterals } from './contract-sql.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'
import { type AlikeFiles, type FailingCheck, findSamples } from './find-samples.ts'
import { feedingColumn, rawRelation, typedRelation } from './read-source.ts'
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
 * One scan counts everything; where there are duplicates, one more counts those exactly, and one more finds the rows of
 * all that fails.
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
    const judged: JudgedCheck[] = []
    for (const [index, planned] of planChecks(contract).entries()) {
      const mayRepeat = planned.promise.kind === 'unique' && !areAllDistinct(counted, index)
      const failing = mayRepeat ? await countRepeats(engine, files, contract, planned, repeatedTable(index)) : undefined
      judged.push({ planned, check: judge(planned, index, counted, rows, failing), repeated: repeatedTable(index) })
    }
    const checks = await withSamples(engine, judged, groups, contract, options.maxSamples ?? 3)
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

interface JudgedCheck {
  readonly planned: PlannedCheck
  readonly check: ContractCheck
  /** Where the values are that a unique column repeats. */
  readonly repeated: string
}

interface CountedGroup extends AlikeFiles {
  readonly rows: number
  /** Broken rows, in the order of the planned checks; null where the column is missing or another query counts. */
  readonly broken: readonly (number | null)[]
}

function groupAlike(files: readonly DescribedFile[]): AlikeFiles[] {
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

async function countBroken(engine: Engine, groups: readonly AlikeFiles[], contract: Contract): Promise<CountedGroup[]> {
  const planned = planChecks(contract)
  const counted: CountedGroup[] = []
  for (const group of groups) {
    const columns = new CheckedColumns(contract, group.shape)
    const broken: (number | null)[] = []
    let rows = 0
    for (let from = 0; from === 0 || from < planned.length; from += maxCountsAScan) {
      const part = planned.slice(from, from + maxCountsAScan)
      const counts = part.map((check, i) => `, ${countOf(check, columns)} AS c${i}`)
      const needed = new Set(part.flatMap(({ column }) => column ?? []))
      const sql = `SELECT count(*) AS n ${counts.join('')} FROM ${columns.relation(needed, rawRelation(group.files))}`
      const [row] = await engine.query<Record<string, number | null>>(sql)
      rows = row?.['n'] ?? 0
      broken.push(...part.map((_, i) => row?.[`c${i}`] ?? null))
    }
    counted.push({ ...group, rows, broken })
  }
  return counted
}

/**
 * Of a unique column, an estimate that is zero only where no value comes twice: values of different hashes differ, and
 * hashes take a fraction of the time and memory of texts.
 */
function countOf({ column, promise }: PlannedCheck, columns: CheckedColumns): string {
  const expressions = column && columns.expressions(column)
  if (!expressions) return 'NULL'
  if (promise.kind === 'unique')
    return `count(${expressions.typed}) - count(DISTINCT hash(${expressions.typed})) FILTER (WHERE ${expressions.typed} IS NOT NULL)`
  const condition = breaks(promise, column.logicalType, expressions)
  return condition === undefined ? 'NULL' : `count(*) FILTER (WHERE ${condition})`
}

/** Groups are counted apart, so that more than one can share a value. */
function areAllDistinct(groups: readonly CountedGroup[], index: number): boolean {
  const counts = groups.flatMap((group) => group.broken[index] ?? [])
  return counts.length === 1 && counts[0] === 0
}

function repeatedTable(index: number): string {
  return `repeated_${index}`
}

/** Rows that repeat a value of an earlier row, over all files. Leaves the values in a table. */
async function countRepeats(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  { column }: PlannedCheck,
  table: string,
): Promise<number> {
  if (!column || files.every((file) => !feedingColumn(file, column))) return 0
  const one = typedRelation(files, { ...contract, columns: [column] })
  const name = quoteName(column.name)
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS
     SELECT ${name} AS value, count(*) AS n FROM ${one} WHERE ${name} IS NOT NULL GROUP BY ${name} HAVING n > 1`,
  )
  const [row] = await engine.query<{ repeats: number | null }>(
    `SELECT CAST(sum(n - 1) AS BIGINT) AS repeats FROM ${table}`,
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
  judged: readonly JudgedCheck[],
  groups: readonly AlikeFiles[],
  contract: Contract,
  maxSamples: number,
): Promise<ContractCheck[]> {
  const asked = new Map(judged.flatMap((one) => failingCheck(one) ?? []))
  const samples = await findSamples(engine, groups, contract, [...asked.values()], maxSamples)
  return judged.map(({ check }) => {
    const failing = asked.get(check)
    return failing ? { ...check, samples: samples.get(failing) ?? [] } : check
  })
}

/** As something whose rows can be found, with the check that it belongs to. */
function failingCheck({ planned, check, repeated }: JudgedCheck): [[ContractCheck, FailingCheck]] | undefined {
  const { column, promise } = planned
  if (check.outcome !== 'fail' || !column || promise.kind === 'present') return undefined
  const condition: FailingCheck['condition'] = (expressions) =>
    promise.kind === 'unique'
      ? `${expressions.typed} IN (SELECT value FROM ${repeated})`
      : breaks(promise, column.logicalType, expressions)
  return [[check, { column, condition }]]
}
