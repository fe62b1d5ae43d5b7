import { checkContract } from '../data/check-contract.ts'
import type { ContractCheck, NewColumn } from '../data/contract-result.ts'
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
import type { Project } from '../project/project.ts'
import { parseContract } from '../project/read-contract.ts'
import type { DescribedColumn } from '../project/write-contract.ts'
import { type BreachContext, type DeclinedWhy, decideBreach, type SuggestedWhy } from './decide-breach.ts'

/** A patch to a contract, from the data that lies there; never applied by itself. */
export interface ContractSuggestion {
  /** A unified diff for `git apply` and `patch -p1`; empty where nothing is suggested. */
  readonly patch: string
  readonly edits: readonly SuggestedEdit[]
  /** What is broken and is not suggested to be accepted, and why; new columns that are not suggested. */
  readonly declined: readonly DeclinedSuggestion[]
  /** Checks of the patched contract on the same files that fail still, in place of those that fail now. */
  readonly remaining: readonly ContractCheck[]
}

export interface SuggestedEdit {
  readonly column: string | null
  readonly why: SuggestedWhy
  /** `tighten`: nothing is broken; the data would keep more than is promised. */
  readonly aim: 'mend' | 'extend' | 'tighten'
  /** Readers can rely on less once it is applied. */
  readonly isBreaking: boolean
}

export interface DeclinedSuggestion {
  readonly column: string | null
  readonly why: DeclinedWhy
  /** 1-based, in the contract; null of a new column. */
  readonly line: number | null
}

export interface DataToSuggest {
  readonly project: Project
  /** As it was written; `contract` is what is checked of it in `environment`. */
  readonly text: string
  readonly contract: Contract
  readonly environment: string
  /** Of the first source. */
  readonly files: readonly DescribedFile[]
  readonly rows: number
  readonly checks: readonly ContractCheck[]
  readonly newColumns: readonly NewColumn[]
  readonly renames: readonly Rename[]
  readonly swaps: readonly Swap[]
}

interface Proposal {
  readonly column: string | null
  readonly line: number | null
  readonly change: ContractEdit
  readonly why: SuggestedWhy
  readonly aim: SuggestedEdit['aim']
}

/** Suggests what would make the contract true again of this data where the data is more likely right, and says why not elsewhere. */
export async function suggestContract(engine: Engine, data: DataToSuggest): Promise<ContractSuggestion> {
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
  const patch = patchOf(data.project.data.contract, data.text, text)
  return { patch, edits, declined, remaining: await findRemaining(engine, data, text, broken) }
}

/** A text that the contract's reader does not take, or takes for what it was, is no suggestion. */
function apply({ contract: { file, table } }: DataToSuggest, text: string, change: ContractEdit) {
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
  data: DataToSuggest,
  broken: readonly ContractCheck[],
  declined: DeclinedSuggestion[],
): Promise<Proposal[]> {
  const { model, privacy } = data.project
  const context: BreachContext = {
    minCount: privacy.minCount,
    target: model.target,
    roles: new Set([model.id, model.time, model.group].flatMap((name) => name ?? [])),
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
async function proposeColumns(
  engine: Engine,
  data: DataToSuggest,
  declined: DeclinedSuggestion[],
): Promise<Proposal[]> {
  const added = new Set(data.renames.map((rename) => rename.added))
  const fresh = data.newColumns.filter(({ name }) => !added.has(name))
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
function describe(inferred: InferredColumn, { contract, project, checks }: DataToSuggest): DescribedColumn {
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

async function proposeTightening(engine: Engine, data: DataToSuggest): Promise<Proposal[]> {
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
function promisesFor(column: ContractColumn, found: InferredColumn, data: DataToSuggest) {
  const { rules } = describe(found, data)
  const isKnown = found.type === column.logicalType && found.distinct > 1 && !isClassified(column)
  return isKnown ? rules : rules.filter(({ kind }) => kind === 'required')
}

/** What another scan finds, with the patched contract; what it does not look at stays as it was. */
async function findRemaining(
  engine: Engine,
  data: DataToSuggest,
  text: string,
  broken: readonly ContractCheck[],
): Promise<readonly ContractCheck[]> {
  const { contract, environment, project, files } = data
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
  const again = await checkContract(engine, files, { ...seen, columns, tableRules }, { maxSamples: 0 })
  const isLookedAt = ({ column, promise }: ContractCheck) =>
    promise.kind !== 'sql' && (column === null || columns.some(({ name }) => name === column))
  return [
    ...again.checks.filter(({ outcome, severity }) => outcome === 'fail' && severity === 'error'),
    ...broken.filter((check) => !isLookedAt(check)),
  ]
}
