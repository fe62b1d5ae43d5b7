import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { type CheckedContract, checkContract } from '../data/check-contract.ts'
import { checkReferences } from '../data/check-references.ts'
import { checkServiceLevels } from '../data/check-service-levels.ts'
import { checkSqlRules } from '../data/check-sql-rules.ts'
import {
  type ContractCheck,
  type ContractResult,
  type FoundRename,
  type FoundSwap,
  type OfTable,
} from '../data/contract-result.ts'
import { describeFiles } from '../data/describe-files.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import type { Engine } from '../data/engine.ts'
import { allFiles, type SectionFiles } from '../data/section-files.ts'
import type { DescribedFile, SourceFile } from '../data/source-file.ts'
import { type Contract, type ContractColumn, columnsAbout, type TableRule } from '../project/contract.ts'
import { inEnvironment, training } from '../project/contract-environments.ts'
import { type SourceContract, withUniqueKey } from '../project/join-contracts.ts'
import type { Project, SourcePolicy } from '../project/project.ts'
import {
  renameOf,
  wordAcceptance,
  wordFailure,
  wordRename,
  wordSamples,
  wordScale,
  wordSwap,
} from '../report/word-contract.ts'
import { findRenames } from './find-renames.ts'
import { findSwaps } from './find-swaps.ts'
import type { ContractSuggestion, TableToSuggest } from './suggest-contract.ts'

export interface DataToValidate {
  readonly project: Project
  /** In the order of the sources. */
  readonly tables: readonly [SourceContract, ...SourceContract[]]
  readonly files: SectionFiles
  /** From when the age of rows is counted back; without it nothing is too old. */
  readonly now?: Date
  /** Older files, which show what a missing column held; asked for only where no present file shows it. */
  readonly openReference?: () => Promise<SectionFiles | undefined>
  /** Where the rows that break a promise are to be written, as Parquet. */
  readonly failingRowsFile?: string
  /** Which of the contract's environments the files are from; `training` where it is not said. */
  readonly environment?: string
  /** The contracts as they were written, by file, where a patch to them is to be suggested. */
  readonly contractTexts?: ReadonlyMap<string, string>
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
  const { found, diagnostics: unread } = await findMoves(engine, checked, data)
  const renames = found.flatMap((moves) => moves.renames)
  const swaps = found.flatMap((moves) => moves.swaps)
  if (data.failingRowsFile !== undefined) {
    const { writeFailingRows } = await import('../data/write-failing-rows.ts')
    await writeFailingRows(engine, checked, data.failingRowsFile)
  }
  return {
    ...base,
    ...(data.contractTexts !== undefined && { suggestion: await suggest(engine, data, data.contractTexts, found) }),
    rows: first.rows,
    checks,
    newColumns: checked.flatMap((table) => table.newColumns),
    renames,
    swaps,
    diagnostics: [
      ...onceEach([...checked.flatMap(({ diagnostics }) => diagnostics), ...unread]),
      ...checks.filter(keepsOut).map((check) => diagnose(check, data, renames, swaps)),
    ],
  }
}

/** A file that cannot be read is told once, whoever reads it. */
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [
    ...new Map(diagnostics.map((one) => [JSON.stringify([one.code, one.file, one.line, one.message]), one])).values(),
  ]
}

interface FoundMoves {
  readonly found: readonly TableToSuggest[]
  /** Files whose columns no check looked at, and that cannot be read. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Of each source, which of its columns seem to have another name now, or to have changed places. */
async function findMoves(engine: Engine, checked: readonly CheckedTable[], data: DataToValidate): Promise<FoundMoves> {
  const openOnce = onlyOnce(data.openReference)
  const found: TableToSuggest[] = []
  const diagnostics: Diagnostic[] = []
  for (const table of checked.filter(({ tellsNew }) => tellsNew)) {
    const { source, contract, files, rows, newColumns } = table
    const ofTable = tableOf(table, data)
    const read: SourceFile[] = [...files]
    const openReference = async () => {
      const sections = await openOnce()
      const older = source === data.tables[0].source ? sections?.features : sections?.joined[source.name]
      read.push(...(older ?? []))
      const described = await describeFiles(engine, older ?? [])
      return described.ok ? described.value : []
    }
    const checks = checked.filter((other) => other.source === source).flatMap((other) => other.checks)
    try {
      const renames = await findRenames(engine, { files, contract, openReference })
      const swaps = await findSwaps(engine, { files, checks: table.checks, contract, openReference })
      found.push({
        source,
        contract,
        files,
        rows,
        checks,
        newColumns,
        renames: renames.map((rename) => ({ ...rename, ...ofTable })),
        swaps: swaps.map((swap) => ({ ...swap, ...ofTable })),
      })
    } catch (error) {
      const diagnostic = diagnoseReadError(error, read)
      if (!diagnostic) throw error
      diagnostics.push(diagnostic)
    }
  }
  return { found, diagnostics }
}

function onlyOnce<Value>(open: (() => Promise<Value | undefined>) | undefined): () => Promise<Value | undefined> {
  let opened: Promise<Value | undefined> | undefined
  return async () => await (opened ??= open?.())
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
  readonly source: SourcePolicy
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
    { source: first.source, contract: ofFeatures, files: files.features, tellsNew: true },
    ...others.map((other) => ({
      source: other.source,
      contract: withUniqueKey(other),
      files: files.joined[other.source.name] ?? [],
      tellsNew: true,
    })),
    ...(project.data.labels
      ? [{ source: first.source, contract: ofLabels, files: files.labels, tellsNew: false }]
      : []),
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
    newColumns: table.tellsNew ? checked.newColumns.map((column) => ({ ...column, ...tableOf(table, data) })) : [],
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

/** Says whose promise it is where there are several tables, and several contracts. */
function placed(check: ContractCheck, table: TableToCheck, data: DataToValidate): ContractCheck {
  const { file } = table.contract
  const ofTable = tableOf(table, data)
  return { ...check, ...(file !== data.tables[0].contract.file && { contract: file }), ...ofTable }
}

function tableOf({ source }: TableToCheck, { tables }: DataToValidate): OfTable {
  return tables.length === 1 ? {} : { table: source.name }
}

/** What would mend the contracts. */
async function suggest(
  engine: Engine,
  { project, environment = training }: DataToValidate,
  texts: ReadonlyMap<string, string>,
  tables: readonly TableToSuggest[],
): Promise<ContractSuggestion> {
  const { suggestContracts } = await import('./suggest-contract.ts')
  return await suggestContracts(engine, { project, environment, texts, tables })
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

/** Whether a check fails and is grave enough to stop for. */
function keepsOut({ outcome, severity }: ContractCheck): boolean {
  return outcome === 'fail' && severity === 'error'
}

function diagnose(
  check: ContractCheck,
  { tables }: DataToValidate,
  renames: readonly FoundRename[],
  swaps: readonly FoundSwap[],
): Diagnostic {
  const { contract } = tables.find(({ source }) => source.name === check.table) ?? tables[0]
  const thing = check.column ?? (check.promise.kind === 'row-count' ? 'the number of rows' : contract.table)
  const rename = renameOf(check, renames)
  const swap = swaps.find(({ columns, table }) => {
    return check.column !== null && columns.includes(check.column) && table === check.table
  })
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
