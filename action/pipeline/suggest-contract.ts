import { checkContract, countedElsewhere } from '../data/check-contract.ts'
import type { ContractCheck, NewColumn, OfTable } from '../data/contract-result.ts'
import type { Engine } from '../data/engine.ts'
import { inferColumns } from '../data/infer-columns.ts'
import type { InferredColumn } from '../data/inferred-model.ts'
import { measureBreach } from '../data/measure-breach.ts'
import { promiseFeature } from '../data/promise-columns.ts'
import type { DescribedFile } from '../data/source-file.ts'
import type { Swap } from '../drift/find-swapped-columns.ts'
import type { Rename } from '../drift/match-renamed-columns.ts'
import { type Contract, type ContractColumn, isClassified, withoutValues } from '../project/contract.ts'
import { inEnvironment } from '../project/contract-environments.ts'
import { patchOf } from '../project/contract-patch.ts'
import { diffContracts } from '../project/diff-contracts.ts'
import { type ContractEdit, editContract } from '../project/edit-contract.ts'
import { withUniqueKey } from '../project/join-contracts.ts'
import type { Project, SourcePolicy } from '../project/project.ts'
import { parseContract } from '../project/read-contract.ts'
import type { DescribedColumn } from '../project/write-contract.ts'
import { type BreachContext, type DeclinedWhy, decideBreach, type SuggestedWhy } from './decide-breach.ts'

/** A patch to the contracts, from the data that lies there; never applied by itself. */
export interface ContractSuggestion {
  /** A unified diff for `git apply` and `patch -p1`; empty where nothing is suggested. */
  readonly patch: string
  /** The files of all contracts, where there are several. */
  readonly contracts?: readonly string[]
  readonly edits: readonly SuggestedEdit[]
  /** What is broken and is not suggested to be accepted, and why; new columns that are not suggested. */
  readonly declined: readonly DeclinedSuggestion[]
  /** Checks of the patched contract on the same files that fail still, in place of those that fail now. */
  readonly remaining: readonly ContractCheck[]
}

export interface SuggestedEdit extends OfTable {
  readonly column: string | null
  readonly why: SuggestedWhy
  /** `tighten`: nothing is broken; the data would keep more than is promised. */
  readonly aim: 'mend' | 'extend' | 'tighten'
  /** Readers can rely on less once it is applied. */
  readonly isBreaking: boolean
}

export interface DeclinedSuggestion extends OfTable {
  readonly column: string | null
  readonly why: DeclinedWhy
  /** 1-based, in the contract; null of a new column. */
  readonly line: number | null
  /** Where there are several. */
  readonly contract?: string
}

export interface DataToSuggest {
  readonly project: Project
  readonly environment: string
  /** The contracts as they were written, by file. */
  readonly texts: ReadonlyMap<string, string>
  /** In the order of the sources. */
  readonly tables: readonly TableToSuggest[]
}

/** One source with all that was found about it. */
export interface TableToSuggest {
  readonly source: SourcePolicy
  /** What is checked of it in the environment. */
  readonly contract: Contract
  readonly files: readonly DescribedFile[]
  readonly rows: number
  readonly checks: readonly ContractCheck[]
  readonly newColumns: readonly NewColumn[]
  readonly renames: readonly Rename[]
  readonly swaps: readonly Swap[]
}

interface OneTable extends TableToSuggest {
  readonly project: Project
  readonly environment: string
  /** Its contract as it was written, with what is suggested for earlier tables of the same file. */
  readonly text: string
  /** Names of the columns that other tables have, as SQL compares them: a new column cannot have one of them. */
  readonly taken: ReadonlySet<string>
}

/** What is suggested for one table; `text`: its contract with that. */
type TableSuggestion = Pick<ContractSuggestion, 'edits' | 'declined' | 'remaining'> & { readonly text: string }

interface Proposal {
  readonly column: string | null
  readonly line: number | null
  readonly change: ContractEdit
  readonly why: SuggestedWhy
  readonly aim: SuggestedEdit['aim']
}

/** Suggests what would make the contracts true again of this data where the data is more likely right, and says why not elsewhere. */
export async function suggestContracts(engine: Engine, data: DataToSuggest): Promise<ContractSuggestion> {
  const texts = new Map(data.texts)
  const added: string[] = []
  const found: TableSuggestion[] = []
  for (const table of data.tables) {
    const { contract, source } = table
    const others = data.tables.filter((other) => other !== table).flatMap((other) => other.contract.columns)
    const taken = new Set([...others.map(({ name }) => name), ...added].map(folded))
    const text = texts.get(contract.file)
    if (text === undefined) throw new Error(`Cannot suggest: the text of ${contract.file} is not at hand`)
    const suggested = await suggestForTable(engine, { ...data, ...table, text, taken })
    texts.set(contract.file, suggested.text)
    added.push(...suggested.edits.flatMap(({ why }) => (why.kind === 'new-columns' ? why.columns : [])))
    found.push(data.tables.length === 1 ? suggested : ofTable(suggested, source, contract))
  }
  const paths = new Map(data.tables.map(({ contract, source }) => [contract.file, source.contract]))
  const patches = [...paths].map(([file, path]) => patchOf(path, data.texts.get(file) ?? '', texts.get(file) ?? ''))
  return {
    patch: patches.join(''),
    ...(paths.size > 1 && { contracts: [...paths.keys()] }),
    edits: found.flatMap(({ edits }) => edits),
    declined: found.flatMap(({ declined }) => declined),
    remaining: found.flatMap(({ remaining }) => remaining),
  }
}

/** Says of each part whose it is. */
function ofTable(suggested: TableSuggestion, { name: table }: SourcePolicy, { file }: Contract): TableSuggestion {
  return {
    ...suggested,
    edits: suggested.edits.map((edit) => ({ ...edit, table })),
    declined: suggested.declined.map((one) => ({ ...one, table, contract: file })),
    remaining: suggested.remaining.map((check) => ({ ...check, contract: file, table })),
  }
}

async function suggestForTable(engine: Engine, data: OneTable): Promise<TableSuggestion> {
  const declined: DeclinedSuggestion[] = []
  const broken = data.checks.filter(({ outcome, severity }) => outcome === 'fail' && severity === 'error')
  const proposals = [
    ...(await proposeMending(engine, data, broken, declined)),
    ...(await proposeColumns(engine, data, declined)),
    ...(broken.length === 0 ? await proposeTightening(engine, data) : []),
  ]
  const edits: SuggestedEdit[] = []
  let text = data.text
  for (const { column, line, change, why, aim } of proposals) {
    const applied = apply(data, text, change)
    if (!applied) declined.push({ column, line, why: 'by-hand' })
    else {
      text = applied.text
      edits.push({ column, why, aim, isBreaking: applied.isBreaking })
    }
  }
  return { text, edits, declined, remaining: await findRemaining(engine, data, text, broken) }
}

/** A text that the contract's reader does not take, or takes for what it was, is no suggestion. */
function apply({ contract: { file, table } }: OneTable, text: string, change: ContractEdit) {
  const edited = editContract(text, table, change)
  if (edited === undefined || edited === text) return undefined
  const before = parseContract(file, text, table)
  const after = parseContract(file, edited, table)
  if (!before.ok || !after.ok) return undefined
  const changes = diffContracts(before.value, after.value)
  return changes.length === 0
    ? undefined
    : { text: edited, isBreaking: changes.some(({ impact }) => impact === 'breaking') }
}

async function proposeMending(
  engine: Engine,
  data: OneTable,
  broken: readonly ContractCheck[],
  declined: DeclinedSuggestion[],
): Promise<Proposal[]> {
  const { model, privacy } = data.project
  const context: BreachContext = {
    minCount: privacy.minCount,
    target: model.target,
    roles: new Set([model.id, model.time, model.group, ...data.source.on].flatMap((name) => name ?? [])),
    swapped: new Set(data.swaps.flatMap(({ columns }) => columns)),
  }
  const proposals: Proposal[] = []
  for (const check of broken) {
    const { column: name, line } = check
    const rename = check.promise.kind === 'present' ? data.renames.find(({ missing }) => missing === name) : undefined
    if (rename && name !== null) {
      const why = { kind: 'renamed', from: name, to: rename.added } as const
      const change = { kind: 'alias', column: name, alias: rename.added } as const
      if (rename.kind === 'likely') proposals.push({ column: name, line, change, why, aim: 'mend' })
      else declined.push({ column: name, line, why: 'possible-rename' })
      continue
    }
    const column = data.contract.columns.find((each) => each.name === name)
    if (!column) {
      const why =
        check.promise.kind === 'unique-together' ? 'repeated' : name === model.target ? 'target' : 'whole-table'
      declined.push({ column: name, line, why })
      continue
    }
    const breach = isClassified(column)
      ? ({ kind: 'none' } as const)
      : await measureBreach(engine, data.files, data.contract, column, check)
    const { edit, declined: why } = decideBreach(check, column, breach, context)
    if (edit) proposals.push({ column: name, line, ...edit, aim: 'mend' })
    if (why) declined.push({ column: name, line, why })
  }
  return proposals
}

/** New columns that every file holds; one that is missing in older files would break the contract on those. */
async function proposeColumns(engine: Engine, data: OneTable, declined: DeclinedSuggestion[]): Promise<Proposal[]> {
  const added = new Set(data.renames.map((rename) => rename.added))
  const unknown = data.newColumns.filter(({ name }) => !added.has(name))
  const taken = unknown.filter(({ name }) => data.taken.has(folded(name)))
  const fresh = unknown.filter((column) => !taken.includes(column))
  declined.push(...taken.map(({ name }) => ({ column: name, line: null, why: 'taken' as const })))
  const partial = fresh.filter(({ files }) => files.length < data.files.length)
  declined.push(...partial.map(({ name }) => ({ column: name, line: null, why: 'not-everywhere' as const })))
  const names = fresh.filter((column) => !partial.includes(column)).map(({ name }) => name)
  if (names.length === 0) return []
  const columns: DescribedColumn[] = []
  for (const { column: inferred } of await inferColumns(engine, data.files, { wanted: names })) {
    if (inferred.nulls === inferred.rows) declined.push({ column: inferred.name, line: null, why: 'no-values' })
    else columns.push(describe(inferred, data))
  }
  if (columns.length === 0) return []
  const why = { kind: 'new-columns', columns: columns.map(({ name }) => name) } as const
  return [{ column: null, line: null, change: { kind: 'columns', columns }, why, aim: 'extend' }]
}

/**
 * Where a contract's values may not be shown, neither may those of columns that it does not know yet; nor where one of its
 * classified columns is missing, which may be here under another name.
 */
function describe(inferred: InferredColumn, { contract, project, checks }: OneTable): DescribedColumn {
  const missing = checks.filter(({ promise, outcome }) => promise.kind === 'present' && outcome === 'fail')
  const isMissing = ({ name }: ContractColumn) => missing.some(({ column }) => column === name)
  const hidesValues =
    contract.columns.every(isClassified) || contract.columns.some((column) => isClassified(column) && isMissing(column))
  const isRare = inferred.values.some(([, rows]) => rows < project.privacy.minCount)
  const described = promiseFeature(inferred)
  const { comment: _comment, ...column } = described
  const isShown = (kind: string) => (kind !== 'allowed' || !isRare) && (!hidesValues || kind === 'required')
  return { ...(hidesValues ? column : described), rules: described.rules.filter(({ kind }) => isShown(kind)) }
}

/** So many rows show what a column always does, and not only what it did so far. */
const minTighteningRows = 1000

async function proposeTightening(engine: Engine, data: OneTable): Promise<Proposal[]> {
  const { model } = data.project
  const bare = data.contract.columns.filter(
    ({ name, rules, aliases }) => rules.length === 0 && aliases.length === 0 && name !== model.target,
  )
  if (data.rows < minTighteningRows || bare.length === 0) return []
  const inferred = await inferColumns(engine, data.files, { wanted: bare.map(({ name }) => name) })
  return bare.flatMap((column, i): Proposal[] => {
    const found = inferred[i]?.column
    const rules = found ? promisesFor(column, found, data) : []
    if (rules.length === 0) return []
    const kind = rules.some((rule) => rule.kind === 'allowed')
      ? 'always-known'
      : rules.some((rule) => rule.kind === 'maximum')
        ? 'always-within'
        : 'never-empty'
    const change = { kind: 'promise', column: column.name, rules } as const
    const why = { kind, rows: data.rows } as const
    return [{ column: column.name, line: column.line, change, why, aim: 'tighten' }]
  })
}

/** Of one value in all rows nothing is known but that it is there. */
function promisesFor(column: ContractColumn, found: InferredColumn, data: OneTable) {
  const { rules } = describe(found, data)
  const isKnown = found.type === column.logicalType && found.distinct > 1 && !isClassified(column)
  return isKnown ? rules : rules.filter(({ kind }) => kind === 'required')
}

/** What another scan finds, with the patched contract; what it does not look at stays as it was. */
async function findRemaining(
  engine: Engine,
  data: OneTable,
  text: string,
  broken: readonly ContractCheck[],
): Promise<readonly ContractCheck[]> {
  const { contract, environment, project, files, source } = data
  if (text === data.text) return broken
  const patched = parseContract(contract.file, text, contract.table)
  if (!patched.ok) return broken
  const shown = contract.columns.every(isClassified) ? withoutValues(patched.value) : patched.value
  const seen = inEnvironment(shown, environment, project.model.target)
  const isElsewhere = ({ name }: ContractColumn) =>
    project.data.labels !== undefined &&
    name === project.model.target &&
    !contract.columns.some((each) => each.name === name)
  const columns = seen.columns.filter((column) => !isElsewhere(column))
  const tableRules = seen.tableRules.filter(
    (rule) =>
      rule.kind !== 'unique-together' || rule.columns.every((name) => columns.some((each) => each.name === name)),
  )
  const whole = withUniqueKey({ source, contract: { ...seen, columns, tableRules } })
  const again = await checkContract(engine, files, whole, { maxSamples: 0 })
  const isLookedAt = ({ column, promise }: ContractCheck) =>
    !countedElsewhere.has(promise.kind) && (column === null || columns.some(({ name }) => name === column))
  return [
    ...again.checks.filter(({ outcome, severity }) => outcome === 'fail' && severity === 'error'),
    ...broken.filter((check) => !isLookedAt(check)),
  ]
}

/** As SQL compares names. */
function folded(name: string): string {
  return name.normalize('NFC').toLowerCase()
}
