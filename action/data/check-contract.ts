import type { Diagnostic } from '../base/diagnostic.ts'
import { type Contract, type ContractColumn, isClassified, type RuleNote, type Tolerance } from '../project/contract.ts'
import { meets } from '../project/expectation.ts'
import { CheckedColumns } from './checked-columns.ts'
import type { ContractCheck, ContractPromise, NewColumn, SampleRow } from './contract-result.ts'
import { breaks, checkLiterals } from './contract-sql.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { type AlikeFiles, type FailingCheck, findSamples } from './find-samples.ts'
import { quoteName, quoteText } from './quote.ts'
import { feedingColumn, fileColumn, numberColumn, rawRelation, typedRelation } from './read-source.ts'
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
 * all that fails. What one table alone, or one scan, cannot tell is checked elsewhere.
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
      const isDistinct = planned.promise.kind === 'unique' && areAllDistinct(counted, index)
      const repeated = `repeated_${index}`
      const failing = isDistinct ? undefined : await countRepeats(engine, files, contract, planned, repeated)
      judged.push({ planned, check: judge(planned, index, counted, rows, failing), repeated })
    }
    const checks = await withSamples(engine, judged, contract, files, groups, options.maxSamples ?? 3)
    return { rows, checks, newColumns, diagnostics: [] }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { rows: 0, checks: [], newColumns, diagnostics: [diagnostic] }
  }
}

/** Columns of the files that no column of the contract claims, neither by name nor by alias. */
export function findNewColumns(files: readonly DescribedFile[], contract: Contract): NewColumn[] {
  const named = contract.columns.flatMap(({ name, aliases }) => [name, ...aliases])
  const known = new Set([...named, ...(contract.elsewhere ?? [])])
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
    ...column.rules.map(({ line, severity, dimension, tolerance, environments: _environments, ...promise }) => ({
      column,
      promise,
      note: { line, ...(severity && { severity }), ...(dimension && { dimension }) },
      tolerance: tolerance ?? null,
    })),
  ])
  const ofTable = contract.tableRules.flatMap((rule): PlannedCheck[] => {
    const { line, severity, dimension, environments: _environments, ...promise } = rule
    if (countedElsewhere.has(promise.kind)) return []
    const tolerance = promise.kind === 'unique-together' ? (promise.tolerance ?? null) : null
    const note = { line, ...(severity && { severity }), ...(dimension && { dimension }) }
    return [{ column: undefined, promise, note, tolerance }]
  })
  return [...ofColumns, ...ofTable]
}

/** By `checkSqlRules()`, `checkReferences()` and `checkServiceLevels()`. */
const countedElsewhere: ReadonlySet<string> = new Set(['sql', 'references', 'freshness', 'retention'])

function typePromise({ logicalType, rules }: ContractColumn): ContractPromise {
  const missing = rules.flatMap((rule) => (rule.kind === 'filled' ? rule.missing : []))
  return { kind: 'type', type: logicalType, ...(missing.length > 0 && { missing }) }
}

interface JudgedCheck {
  readonly planned: PlannedCheck
  readonly check: ContractCheck
  /** The table of the values that a unique column repeats. */
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
  const { typed } = expressions
  if (promise.kind === 'unique')
    return `count(${typed}) - count(DISTINCT hash(${typed})) FILTER (WHERE ${typed} IS NOT NULL)`
  const condition = breaks(promise, column.logicalType, expressions)
  return condition === undefined ? 'NULL' : `count(*) FILTER (WHERE ${condition})`
}

/** Groups are counted apart, so that more than one can share a value. */
function areAllDistinct(groups: readonly CountedGroup[], index: number): boolean {
  const counts = groups.flatMap((group) => group.broken[index] ?? [])
  return counts.length === 1 && counts[0] === 0
}

/**
 * Rows that repeat the values of an earlier row, over all files; undefined where that is not promised, or a column of
 * several is missing everywhere. A row with a null among the values repeats nothing. Leaves the values in a table.
 */
async function countRepeats(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  planned: PlannedCheck,
  table: string,
): Promise<number | undefined> {
  const columns = uniqueColumns(planned, contract)
  if (columns.length === 0) return undefined
  if (columns.some((column) => files.every((file) => !feedingColumn(file, column)))) {
    return planned.column ? 0 : undefined
  }
  const names = columns.map(({ name }) => quoteName(name))
  const isWhole = names.map((name) => `${name} IS NOT NULL`).join(' AND ')
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS
     SELECT ${names.map((name, place) => `${name} AS v${place}`).join(', ')}, count(*) AS n
     FROM ${typedRelation(files, { ...contract, columns })} WHERE ${isWhole} GROUP BY ${names.join(', ')} HAVING count(*) > 1`,
  )
  const [row] = await engine.query<{ repeats: number | null }>(
    `SELECT CAST(sum(n - 1) AS BIGINT) AS repeats FROM ${table}`,
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
  judged: readonly JudgedCheck[],
  contract: Contract,
  files: readonly DescribedFile[],
  groups: readonly AlikeFiles[],
  maxSamples: number,
): Promise<ContractCheck[]> {
  const asked = new Map(judged.flatMap((one) => failingCheck(one) ?? []))
  const samples = await findSamples(engine, groups, contract, [...asked.values()], maxSamples)
  const checks: ContractCheck[] = []
  for (const { check, planned, repeated } of judged) {
    const failing = asked.get(check)
    if (failing) checks.push({ ...check, samples: samples.get(failing) ?? [] })
    else if (check.outcome === 'fail' && isUniqueness(planned.promise)) {
      const columns = uniqueColumns(planned, contract).filter((each) => files.some((file) => feedingColumn(file, each)))
      checks.push({ ...check, samples: await findRepeats(engine, files, contract, columns, repeated, maxSamples) })
    } else checks.push(check)
  }
  return checks
}

function isUniqueness({ kind }: ContractPromise): boolean {
  return kind === 'unique' || kind === 'unique-together'
}

/** As something whose rows can be found one by one, with the check that it belongs to. */
function failingCheck({ planned, check }: JudgedCheck): [[ContractCheck, FailingCheck]] | undefined {
  const { column, promise } = planned
  if (check.outcome !== 'fail' || !column || promise.kind === 'present' || isUniqueness(promise)) return undefined
  return [[check, { column, condition: (expressions) => breaks(promise, column.logicalType, expressions) }]]
}

/** Rows whose values stand in another row too: equal ones beside each other. */
async function findRepeats(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  columns: readonly ContractColumn[],
  table: string,
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
     FROM ${typedRelation(files, { ...contract, columns }, { withPlace: true })} AS data
     SEMI JOIN ${table} AS repeated ON ${names.map((name, place) => `data.${name} = repeated.v${place}`).join(' AND ')}
     ORDER BY ${[...names, fileColumn, numberColumn].join(', ')} LIMIT ${maxSamples}`,
  )
  return rows.map(({ file, row, value: text }) => ({ file, row, ...(shown.length > 0 && { value: text }) }))
}
