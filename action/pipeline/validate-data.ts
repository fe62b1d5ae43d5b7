import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { type CheckedContract, checkContract, findNewColumns } from '../data/check-contract.ts'
import { checkReferences } from '../data/check-references.ts'
import { checkServiceLevels } from '../data/check-service-levels.ts'
import { checkSqlRules } from '../data/check-sql-rules.ts'
import type { ContractCheck, ContractResult } from '../data/contract-result.ts'
import { describeFiles } from '../data/describe-files.ts'
import type { Engine } from '../data/engine.ts'
import { measureColumns } from '../data/measure-columns.ts'
import { feedingColumn } from '../data/read-source.ts'
import { allFiles, type SectionFiles } from '../data/section-files.ts'
import type { DescribedFile, SourceFile } from '../data/source-file.ts'
import type { Swap } from '../drift/find-swapped-columns.ts'
import { matchRenamedColumns, type Rename } from '../drift/match-renamed-columns.ts'
import { type Contract, type ContractColumn, columnsAbout, type TableRule } from '../project/contract.ts'
import { type SourceContract, withUniqueKey } from '../project/join-contracts.ts'
import { inEnvironment, training } from '../project/contract-environments.ts'
import type { Project } from '../project/project.ts'
import { wordAcceptance, wordFailure, wordRename, wordSamples, wordScale, wordSwap } from '../report/word-contract.ts'
import { findSwaps } from './find-swaps.ts'
import type { ContractSuggestion, DataToSuggest } from './suggest-contract.ts'

export interface DataToValidate {
  readonly project: Project
  /** In the order of the sources. */
  readonly tables: readonly [SourceContract, ...SourceContract[]]
  readonly files: SectionFiles
  /** From when the age of rows is counted back; without it nothing is too old. */
  readonly now?: Date
  /** Older files, which show what a missing column held; asked for only where no present file shows it. */
  readonly openReference?: () => Promise<readonly SourceFile[]>
  /** Where the rows that break a promise are to be written, as Parquet. */
  readonly failingRowsFile?: string
  /** Which of the contract's environments the files are from; `training` where it is not said. */
  readonly environment?: string
  /** The contract as it was written, where a patch to it is to be suggested. */
  readonly contractText?: string
  readonly signal?: AbortSignal
}

export interface ValidatedData extends ContractResult {
  /** Where it was asked for, and the files could be read. */
  readonly suggestion?: ContractSuggestion
}

/** Holds data against its contracts, and looks among new columns for those that are missing under their name. */
export async function validateData(given: DataToValidate, engine: Engine): Promise<ValidatedData> {
  const data = { ...given, tables: tablesIn(given) }
  const [{ contract }] = data.tables
  const base = { contract: contract.file, files: allFiles(data.files).map(({ path }) => path) }
  const described = await describeTables(data, engine)
  if (!described.ok) {
    return { ...base, rows: 0, checks: [], newColumns: [], renames: [], swaps: [], diagnostics: described.diagnostics }
  }

  const alone: CheckedTable[] = []
  for (const table of described.value) alone.push(await checkTable(engine, table, data))
  const checked = await checkKeys(engine, alone, data)
  const [first] = checked
  if (!first) throw new Error('Cannot validate data: it has no table')
  const checks = checked.flatMap((table) => table.checks)
  const renames = await findRenames(data, engine, first.files, first.contract)
  const swaps = await findSwaps(engine, {
    files: first.files,
    checks: first.checks,
    contract: first.contract,
    openReference: () => describeReference(data, engine),
  })
  if (data.failingRowsFile !== undefined) {
    const { writeFailingRows } = await import('../data/write-failing-rows.ts')
    await writeFailingRows(engine, checked, data.failingRowsFile)
  }
  const own = checks.filter((check) => check.contract === undefined)
  const found = { rows: first.rows, checks: own, newColumns: first.newColumns, renames, swaps }
  return {
    ...base,
    ...(data.contractText !== undefined && {
      suggestion: await suggest(engine, data, data.contractText, {
        contract: first.contract,
        files: first.files,
        ...found,
      }),
    }),
    rows: first.rows,
    checks,
    newColumns: checked.flatMap((table) => table.newColumns),
    renames,
    swaps,
    diagnostics: [
      ...checked.flatMap(({ diagnostics }) => diagnostics),
      ...checks.filter(keepsOut).map((check) => diagnose(check, data, renames, swaps)),
    ],
  }
}

/** What is promised where the data is to be used. */
function tablesIn({ tables, environment = training, project }: DataToValidate): DataToValidate['tables'] {
  const [first, ...others] = tables
  const promised = (table: SourceContract) => ({
    ...table,
    contract: inEnvironment(table.contract, environment, project.model.target),
  })
  return [promised(first), ...others.map(promised)]
}

/** One table as it is checked: where labels arrive in files of their own, those are a table, too. */
interface TableToCheck {
  readonly contract: Contract
  readonly files: readonly DescribedFile[]
  /** Whether columns that the contract does not name are told: those of labels never are. */
  readonly tellsNew: boolean
}

async function describeTables(
  { project, tables, files }: DataToValidate,
  engine: Engine,
): Promise<Read<readonly TableToCheck[]>> {
  const [first, ...others] = tables
  const { ofFeatures, ofLabels } = partContract(first.contract, project)
  const parts = [
    { contract: ofFeatures, files: files.features, tellsNew: true },
    ...others.map((other) => ({
      contract: withUniqueKey(other),
      files: files.joined[other.source.name] ?? [],
      tellsNew: true,
    })),
    ...(project.data.labels ? [{ contract: ofLabels, files: files.labels, tellsNew: false }] : []),
  ]
  const described: TableToCheck[] = []
  const diagnostics: Diagnostic[] = []
  for (const part of parts) {
    const read = await describeFiles(engine, part.files)
    if (read.ok) described.push({ ...part, files: read.value })
    else diagnostics.push(...read.diagnostics)
  }
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: described }
}

interface CheckedTable extends TableToCheck, CheckedContract {}

/** All that one table alone can tell. */
async function checkTable(engine: Engine, table: TableToCheck, data: DataToValidate): Promise<CheckedTable> {
  const { contract, files } = table
  const checked = await checkContract(engine, files, contract, { findsScales: true })
  const sql = await checkSqlRules(files, contract, checked.rows, data.signal)
  const isReadable = checked.diagnostics.length === 0
  const ages = isReadable ? await checkServiceLevels(engine, { ...table, rows: checked.rows }, data.now) : []
  return {
    ...table,
    rows: checked.rows,
    newColumns: table.tellsNew ? checked.newColumns : [],
    checks: [...checked.checks, ...sql.checks, ...ages].map((check) => placed(check, table, data)),
    diagnostics: [...checked.diagnostics, ...sql.diagnostics],
  }
}

/** The tables with what the foreign keys between them come to, where all of them can be read. */
async function checkKeys(
  engine: Engine,
  tables: readonly CheckedTable[],
  data: DataToValidate,
): Promise<readonly CheckedTable[]> {
  if (tables.some(({ diagnostics }) => diagnostics.length > 0)) return tables
  return await Promise.all(
    tables.map(async (table) => {
      const { checks, diagnostics } = await checkReferences(engine, table, tables)
      return { ...table, checks: [...table.checks, ...checks.map((check) => placed(check, table, data))], diagnostics }
    }),
  )
}

/** Says whose promise it is where that is not the first table's. */
function placed(check: ContractCheck, { contract }: TableToCheck, { tables }: DataToValidate): ContractCheck {
  return contract.file === tables[0].contract.file ? check : { ...check, contract: contract.file }
}

/** What would mend the first table’s contract. */
async function suggest(
  engine: Engine,
  { project, environment = training }: DataToValidate,
  text: string,
  found: Omit<DataToSuggest, 'project' | 'environment' | 'text'>,
): Promise<ContractSuggestion> {
  const { suggestContract } = await import('./suggest-contract.ts')
  return await suggestContract(engine, { project, environment, text, ...found })
}

/** Where labels arrive in files of their own, those hold the id and the target, and the other files all but the target. */
function partContract(contract: Contract, project: Project): { ofFeatures: Contract; ofLabels: Contract } {
  if (!project.data.labels) return { ofFeatures: contract, ofLabels: { ...contract, columns: [], tableRules: [] } }
  const { target, id } = project.model
  const isOfTarget = (rule: TableRule) => columnsAbout(rule).includes(target)
  const keep = (wanted: (column: ContractColumn) => boolean) => contract.columns.filter(wanted)
  return {
    ofFeatures: {
      ...contract,
      columns: keep(({ name }) => name !== target),
      tableRules: contract.tableRules.filter((rule) => !isOfTarget(rule)),
    },
    ofLabels: {
      ...contract,
      columns: keep(({ name }) => name === target || name === id),
      tableRules: contract.tableRules.filter(isOfTarget),
    },
  }
}

/** More rows would not change what is likely. */
const maxMeasuredRows = 50_000

async function findRenames(
  data: DataToValidate,
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
): Promise<Rename[]> {
  const gone = contract.columns.filter((column) => files.some((file) => !feedingColumn(file, column)))
  const current = files.filter((file) => gone.some((column) => !feedingColumn(file, column)))
  const fresh = findNewColumns(current, contract).filter(({ files: paths }) => paths.length === current.length)
  if (gone.length === 0 || fresh.length === 0) return []

  const names = fresh.map(({ name }) => name)
  const added = await measureColumns(engine, current, names, maxMeasuredRows)
  const rows = added[0]?.rows ?? 0
  const missing = []
  let reference: readonly DescribedFile[] | undefined
  for (const column of gone) {
    let holders = holdersOf(files, column)
    if (holders.length === 0) {
      reference ??= await describeReference(data, engine)
      holders = holdersOf(reference, column)
    }
    const name = holders.at(-1)?.name
    if (name === undefined) continue
    const alike = holders.filter((holder) => holder.name === name).map(({ file }) => file)
    const [profile] = await measureColumns(engine, newest(alike, current), [name], Math.max(rows, 1000))
    if (profile) missing.push({ ...profile, name: column.name })
  }
  return matchRenamedColumns(missing, added)
}

/** The newest files that are about as large as these: what a column holds changes with the seasons. */
function newest(files: readonly DescribedFile[], asLargeAs: readonly DescribedFile[]): readonly DescribedFile[] {
  const wanted = asLargeAs.reduce((sum, { bytes }) => sum + bytes, 0)
  let bytes = 0
  const from = files.findLastIndex((file) => (bytes += file.bytes) >= wanted)
  return files.slice(Math.max(0, from))
}

function holdersOf(files: readonly DescribedFile[], column: ContractColumn) {
  return files.flatMap((file) => {
    const raw = feedingColumn(file, column)
    return raw ? [{ file, name: raw.name }] : []
  })
}

async function describeReference(data: DataToValidate, engine: Engine): Promise<readonly DescribedFile[]> {
  const files = (await data.openReference?.()) ?? []
  const described = await describeFiles(engine, files)
  return described.ok ? described.value : []
}

/** Whether a check fails and is grave enough to stop for. */
function keepsOut({ outcome, severity }: ContractCheck): boolean {
  return outcome === 'fail' && severity === 'error'
}

function diagnose(
  check: ContractCheck,
  { tables }: DataToValidate,
  renames: readonly Rename[],
  swaps: readonly Swap[],
): Diagnostic {
  const { contract } = tables.find((table) => table.contract.file === check.contract) ?? tables[0]
  const thing = check.column ?? (check.promise.kind === 'row-count' ? 'the number of rows' : contract.table)
  const rename = check.promise.kind === 'present' ? renames.find(({ missing }) => missing === check.column) : undefined
  const swap = swaps.find(({ columns }) => check.column !== null && columns.includes(check.column))
  const scale = check.scale ? `; ${wordScale(thing, check.scale)}` : ''
  const samples = check.samples.length > 0 ? `; ${wordSamples(check.samples)}` : ''
  const remedy = rename
    ? `${wordRename(rename)} To accept it: ${wordAcceptance(rename)}`
    : `${swap ? `${wordSwap(swap)} ` : ''}Mend the data, or change the contract where the data is right.`
  return {
    code: check.promise.kind === 'present' ? 'contract/missing-column' : `contract/${check.promise.kind}`,
    file: contract.file,
    line: check.line,
    column: 1,
    message: `Cannot accept "${thing}": ${wordFailure(check)}${scale}${samples}`,
    remedy,
  }
}
