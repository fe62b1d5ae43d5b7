import type { Diagnostic } from '../base/diagnostic.ts'
import type { Contract, ContractColumn, RuleNote, Tolerance } from '../project/contract.ts'
import { meets } from '../project/expectation.ts'
import type { ContractCheck, ContractPromise, NewColumn } from './contract-result.ts'
import { breaks, checkLiterals, type Expressions } from './contract-sql.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import { digestRows, keepsNumbers, type RowDigest, type RowQuestion } from './digest-rows.ts'
import type { Engine } from './engine.ts'
import { findRepeats, type Repeats } from './find-repeats.ts'
import { findSamples } from './find-samples.ts'
import { rangedColumns, scalesOf, withScales } from './find-scale.ts'
import { mapInParallel } from './map-in-parallel.ts'
import { feedingColumn } from './read-source.ts'
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
  /** Looks for the unit in which the values were written that break a limit. */
  readonly findsScales?: boolean
}

/** Of more rows things are looked for one by one, for each takes memory that grows with the rows. */
const maxRowsAtOnce = 2_000_000

/**
 * Holds every promise of the contract against the files and never stops at the first that is broken.
 * One scan tells of each row what it breaks; where something is broken, values of the rows that are shown are read again,
 * and in Parquet the columns that repeat values. What one table alone, or one scan, cannot tell is
 * checked elsewhere.
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
  const maxSamples = options.maxSamples ?? 3
  try {
    const planned = planChecks(contract)
    const questions = planned.map((check) => questionOf(check, contract))
    const ranged = options.findsScales ? rangedColumns(contract) : []
    await using digests = await digestRows(engine, files, contract, questions, ranged)
    const judgeAll = (found: ReadonlyMap<number, Repeats>) =>
      planned.map((check, index) => judge(check, index, digests.groups, digests.rows, found.get(index)))
    // What a row alone tells is known; what rows tell together is not, and nothing that is looked for beside it needs that.
    const known = judgeAll(new Map())
    const repeats = new Map<number, Repeats>()
    let samples: Awaited<ReturnType<typeof findSamples>> = new Map()
    let scales: Awaited<ReturnType<typeof scalesOf>> = new Map()
    const areMany = digests.rows > maxRowsAtOnce
    const looks = [
      async () => {
        for (const [index, question] of questions.entries()) {
          if (question?.kind !== 'unique' || !areSomewhere(question.columns, files)) continue
          const { columns } = question
          repeats.set(index, await findRepeats(engine, digests, files, { index, columns }, maxSamples))
        }
      },
      async () => {
        samples = await findSamples(engine, digests, files, brokenIn(known, questions), maxSamples)
      },
      async () => {
        if (!options.findsScales) return
        // Their memory is wanted for what is read again, and nobody asks them after this.
        if (areMany && !keepsNumbers(digests)) await digests[Symbol.asyncDispose]()
        scales = await scalesOf(engine, files, contract, known, digests)
      },
    ]
    // At once, the next statement is there when one ends.
    await mapInParallel(looks, areMany ? 1 : looks.length, async (look) => await look())
    const checks = judgeAll(repeats).map((check, index) => ({ ...check, samples: samples.get(index) ?? check.samples }))
    return { rows: digests.rows, checks: withScales(checks, scales), newColumns, diagnostics: [] }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { rows: 0, checks: [], newColumns, diagnostics: [diagnostic] }
  }
}

/** Check → its column, of those that a row breaks alone. */
function brokenIn(
  checks: readonly ContractCheck[],
  questions: readonly (RowQuestion | undefined)[],
): ReadonlyMap<number, ContractColumn> {
  return new Map(
    questions.flatMap((question, index) =>
      question?.kind === 'keeps' && checks[index]?.outcome === 'fail' ? [[index, question.column] as const] : [],
    ),
  )
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
export const countedElsewhere: ReadonlySet<string> = new Set(['sql', 'references', 'freshness', 'retention'])

function typePromise({ logicalType, rules }: ContractColumn): ContractPromise {
  const missing = rules.flatMap((rule) => (rule.kind === 'filled' ? rule.missing : []))
  return { kind: 'type', type: logicalType, ...(missing.length > 0 && { missing }) }
}

function questionOf(check: PlannedCheck, contract: Contract): RowQuestion | undefined {
  const { column, promise } = check
  if (isUniqueness(promise)) return { kind: 'unique', columns: uniqueColumns(check, contract) }
  if (!column || promise.kind === 'present') return undefined
  const condition = (expressions: Expressions) => breaks(promise, column.logicalType, expressions)
  return { kind: 'keeps', column, condition }
}

/** Whether some file holds each of the columns. */
function areSomewhere(columns: readonly ContractColumn[], files: readonly DescribedFile[]): boolean {
  return columns.every((column) => files.some((file) => feedingColumn(file, column)))
}

function isUniqueness({ kind }: ContractPromise): boolean {
  return kind === 'unique' || kind === 'unique-together'
}

function uniqueColumns({ column, promise }: PlannedCheck, contract: Contract): readonly ContractColumn[] {
  if (promise.kind === 'unique') return column ? [column] : []
  if (promise.kind !== 'unique-together') return []
  return promise.columns.flatMap((name) => contract.columns.filter((candidate) => candidate.name === name))
}

function judge(
  { column, promise, note, tolerance }: PlannedCheck,
  index: number,
  groups: readonly RowDigest[],
  rows: number,
  repeats: Repeats | undefined,
): ContractCheck {
  const { line, severity = 'error', dimension = null } = note
  const base = { column: column?.name ?? null, promise, line, rows, tolerance, severity, dimension, samples: [] }
  if (promise.kind === 'row-count') {
    return { ...base, outcome: meets(rows, promise.expected) ? 'pass' : 'fail', failing: rows, missingIn: [] }
  }
  const lacking = column ? groups.filter((group) => !feedingColumn(group.shape, column)) : []
  const missingIn = lacking.flatMap((group) => group.files.map(({ path }) => path))
  if (promise.kind === 'present') {
    const failing = lacking.reduce((sum, group) => sum + group.rows, 0)
    return { ...base, outcome: missingIn.length > 0 ? 'fail' : 'pass', failing, missingIn }
  }
  if (column ? lacking.length === groups.length : !repeats) {
    return { ...base, outcome: 'skipped', failing: 0, missingIn }
  }
  const failing = repeats?.count ?? groups.reduce((sum, { broken }) => sum + (broken.get(index) ?? 0), 0)
  if (isTolerated(failing, rows, tolerance)) return { ...base, outcome: 'pass', failing, missingIn }
  return { ...base, outcome: 'fail', failing, missingIn, samples: repeats?.samples ?? [] }
}

function isTolerated(failing: number, rows: number, tolerance: Tolerance | null): boolean {
  if (tolerance === null) return failing === 0
  return meets(tolerance.unit === 'percent' && rows > 0 ? (100 * failing) / rows : failing, tolerance)
}
