import type { Diagnostic } from '../base/diagnostic.ts'
import { checkContract, findNewColumns } from '../data/check-contract.ts'
import { checkSqlRules } from '../data/check-sql-rules.ts'
import type { ContractCheck, ContractResult } from '../data/contract-result.ts'
import { describeFiles } from '../data/describe-files.ts'
import type { Engine } from '../data/engine.ts'
import { measureColumns } from '../data/measure-columns.ts'
import { feedingColumn } from '../data/read-source.ts'
import type { DescribedFile, SourceFile } from '../data/source-file.ts'
import { matchRenamedColumns, type Rename } from '../drift/match-renamed-columns.ts'
import type { Contract, ContractColumn, TableRule } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { wordAcceptance, wordFailure, wordRename, wordSamples } from '../report/word-contract.ts'

export interface DataToValidate {
  readonly project: Project
  readonly contract: Contract
  readonly files: { readonly features: readonly SourceFile[]; readonly labels: readonly SourceFile[] }
  /** Older files, which show what a missing column held; asked for only where no present file shows it. */
  readonly openReference?: () => Promise<readonly SourceFile[]>
  readonly signal?: AbortSignal
}

/** Holds data against its contract, and looks among new columns for those that are missing under their name. */
export async function validateData(data: DataToValidate, engine: Engine): Promise<ContractResult> {
  const { project, contract, files } = data
  const base = { contract: contract.file, files: [...files.features, ...files.labels].map(({ path }) => path) }
  const features = await describeFiles(engine, files.features)
  const labels = await describeFiles(engine, files.labels)
  if (!features.ok || !labels.ok) {
    const diagnostics = [features, labels].flatMap((read) => (read.ok ? [] : read.diagnostics))
    return { ...base, rows: 0, checks: [], newColumns: [], renames: [], diagnostics }
  }

  const { ofFeatures, ofLabels } = partContract(contract, project)
  const checked = await checkContract(engine, features.value, ofFeatures)
  const checkedLabels = labels.value.length > 0 ? await checkContract(engine, labels.value, ofLabels) : undefined
  const sql = await checkSqlRules(files.features, ofFeatures, checked.rows, data.signal)
  const sqlOfLabels = await checkSqlRules(files.labels, ofLabels, checkedLabels?.rows ?? 0, data.signal)
  const checks = [...checked.checks, ...sql.checks, ...(checkedLabels?.checks ?? []), ...sqlOfLabels.checks]
  const renames = await findRenames(data, engine, features.value, ofFeatures)
  return {
    ...base,
    rows: checked.rows,
    checks,
    newColumns: checked.newColumns,
    renames,
    diagnostics: [
      ...checked.diagnostics,
      ...sql.diagnostics,
      ...(checkedLabels?.diagnostics ?? []),
      ...sqlOfLabels.diagnostics,
      ...checks.filter(keepsOut).map((check) => diagnose(check, contract, renames)),
    ],
  }
}

/** Where labels arrive in files of their own, those hold the id and the target, and the other files all but the target. */
function partContract(contract: Contract, project: Project): { ofFeatures: Contract; ofLabels: Contract } {
  if (!project.data.labels) return { ofFeatures: contract, ofLabels: { ...contract, columns: [], tableRules: [] } }
  const { target, id } = project.model
  const isOfTarget = (rule: TableRule) =>
    (rule.kind === 'unique-together' && rule.columns.includes(target)) ||
    (rule.kind === 'sql' && rule.column === target)
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
    const [profile] = await measureColumns(engine, alike, [name], Math.max(rows, 1000))
    if (profile) missing.push({ ...profile, name: column.name })
  }
  return matchRenamedColumns(missing, added)
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

function diagnose(check: ContractCheck, contract: Contract, renames: readonly Rename[]): Diagnostic {
  const thing = check.column ?? (check.promise.kind === 'row-count' ? 'the number of rows' : contract.table)
  const rename = check.promise.kind === 'present' ? renames.find(({ missing }) => missing === check.column) : undefined
  const samples = check.samples.length > 0 ? `; ${wordSamples(check.samples)}` : ''
  const remedy = rename
    ? `${wordRename(rename)} To accept it: ${wordAcceptance(rename)}`
    : 'Mend the data, or change the contract where the data is right.'
  return {
    code: check.promise.kind === 'present' ? 'contract/missing-column' : `contract/${check.promise.kind}`,
    file: contract.file,
    line: check.line,
    column: 1,
    message: `Cannot accept "${thing}": ${wordFailure(check)}${samples}`,
    remedy,
  }
}
