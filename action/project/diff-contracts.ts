import type { Contract, ContractColumn, ContractRule, LogicalType, RuleNote, TableRule, Tolerance } from './contract.ts'
import { isClassified } from './contract.ts'
import { environmentsOf } from './contract-environments.ts'
import { type ColumnMatch, matchColumns } from './match-columns.ts'
import { implies, impliesOfTable } from './rule-strength.ts'

/**
 * For who reads data under the older contract: `breaking`, there is less to rely on; `compatible`, there is more;
 * `neutral`, exactly as much.
 */
export type Impact = 'breaking' | 'compatible' | 'neutral'

export type ContractChange = ChangeKind & {
  readonly impact: Impact
  /** Which of the two contracts the line is in: the newer one, unless what changed is gone from it. */
  readonly side: 'from' | 'to'
  /** 1-based; null for what stands at the head of the contract. */
  readonly line: number | null
}

export type ChangeKind =
  | { readonly kind: 'id' | 'version' | 'table'; readonly from: string; readonly to: string }
  | { readonly kind: 'column-added' | 'column-removed'; readonly column: string }
  /** `by` rules: nothing says so, but both promise the same. */
  | { readonly kind: 'column-renamed'; readonly column: string; readonly to: string; readonly by: 'alias' | 'rules' }
  | { readonly kind: 'alias-added' | 'alias-removed'; readonly column: string; readonly alias: string }
  | { readonly kind: 'type'; readonly column: string; readonly from: LogicalType; readonly to: LogicalType }
  | {
      readonly kind: 'format' | 'classification'
      readonly column: string
      readonly from: string | null
      readonly to: string | null
    }
  | {
      readonly kind: 'environments'
      readonly column: string
      readonly from: readonly string[] | null
      readonly to: readonly string[] | null
    }
  | RuleChange

export interface RuleChange {
  readonly kind: 'rule'
  /** None for what the table promises as a whole. */
  readonly column: string | null
  readonly change:
    | 'added'
    | 'dropped'
    | 'tightened'
    | 'loosened'
    | 'altered'
    | 'severity'
    | 'dimension'
    | 'environments'
  readonly from: ShownRule | null
  readonly to: ShownRule | null
}

export type ShownRule = ContractRule | TableRule | CountedRule

/** A list of values that a classified column may hold, told by how many they are. */
export type CountedRule = RuleNote & {
  readonly kind: 'counted'
  readonly count: number
  readonly tolerance?: Tolerance
}

/** Every change between two contracts, in the order of the newer one, with what it means to who reads the data. */
export function diffContracts(from: Contract, to: Contract): ContractChange[] {
  const { pairs, removed, added } = matchColumns(from.columns, to.columns)
  return [
    ...diffHeads(from, to),
    ...diffTableRules(underNewNames(from, pairs), to),
    ...pairs.flatMap(diffColumn),
    ...added.map(
      ({ name, line }): ContractChange => ({
        kind: 'column-added',
        column: name,
        impact: 'compatible',
        side: 'to',
        line,
      }),
    ),
    ...removed.map(
      ({ name, line }): ContractChange => ({
        kind: 'column-removed',
        column: name,
        impact: 'breaking',
        side: 'from',
        line,
      }),
    ),
  ]
}

function diffHeads(from: Contract, to: Contract): ContractChange[] {
  return (['id', 'version', 'table'] as const).flatMap((kind): ContractChange[] => {
    if (from[kind] === to[kind]) return []
    return [{ kind, from: from[kind], to: to[kind], impact: 'neutral', side: 'to', line: null }]
  })
}

function diffColumn({ from, to, by }: ColumnMatch): ContractChange[] {
  const { name: column, line } = to
  const at = { column, side: 'to', line } as const
  const rename: ContractChange[] =
    by === 'name'
      ? []
      : [
          {
            ...at,
            kind: 'column-renamed',
            column: from.name,
            to: column,
            by,
            impact: by === 'alias' ? 'compatible' : 'breaking',
          },
        ]
  const type: ContractChange[] =
    from.logicalType === to.logicalType
      ? []
      : [{ ...at, kind: 'type', from: from.logicalType, to: to.logicalType, impact: impactOfType(from, to) }]
  const hidden = { from: from.classification ?? null, to: to.classification ?? null }
  const classification: ContractChange[] =
    hidden.from === hidden.to ? [] : [{ ...at, kind: 'classification', ...hidden, impact: impactOfHiding(from, to) }]
  const rules = diffRules(from.rules, to.rules, { column, implies, kept: promisesOf(to), before: promisesOf(from) })
  const spelt = { from: from.format ?? null, to: to.format ?? null }
  const format: ContractChange[] =
    spelt.from === spelt.to || type.length > 0
      ? []
      : [{ ...at, kind: 'format', ...spelt, impact: isIso(to) && spelt.from === null ? 'compatible' : 'breaking' }]
  return [
    ...rename,
    ...diffAliases(from, to, by),
    ...type,
    ...format,
    ...classification,
    ...diffEnvironments(from, to),
    ...(isClassified(from) || isClassified(to) ? rules.map(withoutLists) : rules),
  ]
}

function withoutLists(change: ContractChange): ContractChange {
  if (change.kind !== 'rule') return change
  return { ...change, from: withoutList(change.from), to: withoutList(change.to) }
}

/** The values that a contract allows are values of the column. */
function withoutList(rule: ShownRule | null): ShownRule | null {
  if (rule?.kind !== 'allowed' && rule?.kind !== 'valid') return rule
  const { line, severity, dimension, environments, tolerance } = rule
  return {
    kind: 'counted',
    count: rule.values.length,
    line,
    ...(severity && { severity }),
    ...(dimension && { dimension }),
    ...(environments && { environments }),
    ...(tolerance && { tolerance }),
  }
}

/** Every integer is a number, and every date a moment; nothing else reads as what it was. */
function impactOfType(from: ContractColumn, to: ContractColumn): Impact {
  const isNarrower =
    (from.logicalType === 'number' && to.logicalType === 'integer') ||
    (from.logicalType === 'timestamp' && to.logicalType === 'date')
  return isNarrower && from.format === to.format ? 'compatible' : 'breaking'
}

function impactOfHiding(from: ContractColumn, to: ContractColumn): Impact {
  if (isClassified(from) === isClassified(to)) return 'neutral'
  return isClassified(to) ? 'breaking' : 'compatible'
}

/** Spelt as it is without a format, only more strictly. */
function isIso({ logicalType, format }: ContractColumn): boolean {
  if (logicalType === 'date') return format === '%Y-%m-%d'
  return format === '%Y-%m-%d %H:%M:%S' || format === '%Y-%m-%dT%H:%M:%S'
}

/** What a rename leaves or brings is part of the rename. */
function diffAliases(from: ContractColumn, to: ContractColumn, by: ColumnMatch['by']): ContractChange[] {
  const known = (column: ContractColumn) => [column.name, ...column.aliases]
  const isOfRename = (name: string) => by !== 'name' && (name === from.name || name === to.name)
  const change = (kind: 'alias-added' | 'alias-removed', alias: string): ContractChange => {
    const isNew = kind === 'alias-added'
    const line = isNew ? to.line : from.line
    return {
      kind,
      column: to.name,
      alias,
      impact: isNew ? 'compatible' : 'breaking',
      side: isNew ? 'to' : 'from',
      line,
    }
  }
  const added = known(to).filter((name) => !known(from).includes(name) && !isOfRename(name))
  const removed = known(from).filter((name) => !known(to).includes(name) && !isOfRename(name))
  return [...added.map((name) => change('alias-added', name)), ...removed.map((name) => change('alias-removed', name))]
}

function diffEnvironments(from: ContractColumn, to: ContractColumn): ContractChange[] {
  const before = from.environments ?? null
  const after = to.environments ?? null
  const isLess = !coversEnvironments(after, before)
  const isMore = !coversEnvironments(before, after)
  if (!isLess && !isMore) return []
  return [
    {
      kind: 'environments',
      column: to.name,
      from: before,
      to: after,
      impact: isLess ? 'breaking' : 'compatible',
      side: 'to',
      line: to.line,
    },
  ]
}

/** Without a list, everywhere. */
function coversEnvironments(wide: readonly string[] | null, narrow: readonly string[] | null): boolean {
  if (wide === null) return true
  return narrow !== null && narrow.every((name) => wide.includes(name))
}

function diffTableRules(from: Contract, to: Contract): ContractChange[] {
  const before = tablePromisesOf(from)
  const kept = tablePromisesOf(to)
  return diffRules(from.tableRules, to.tableRules, { column: null, implies: impliesOfTable, kept, before })
}

/** A contract whose table names its columns as the newer one does. */
function underNewNames(contract: Contract, pairs: readonly ColumnMatch[]): Contract {
  const names = new Map(pairs.map(({ from, to }) => [from.name, to.name]))
  const renamed = (name: string) => names.get(name) ?? name
  return {
    ...contract,
    columns: contract.columns.map((column) => ({ ...column, name: renamed(column.name) })),
    tableRules: contract.tableRules.map((rule) => {
      if ('columns' in rule) return { ...rule, columns: rule.columns.map(renamed) }
      return 'column' in rule && rule.column !== undefined ? { ...rule, column: renamed(rule.column) } : rule
    }),
  }
}

type AnyRule = ContractRule | TableRule

interface RuleContext<Rule> {
  readonly column: string | null
  readonly implies: (strong: Rule, weak: Rule) => boolean
  /** Everything that either contract promises of the same thing. */
  readonly before: readonly Rule[]
  readonly kept: readonly Rule[]
}

function diffRules<Rule extends AnyRule>(
  from: readonly Rule[],
  to: readonly Rule[],
  context: RuleContext<Rule>,
): ContractChange[] {
  return pairRules(from, to, context.implies).flatMap(([old, young]): ContractChange[] => {
    const change = wordOfChange(old, young, context.implies)
    const place = young ?? old
    if (change === undefined || !place) return []
    const rule = { kind: 'rule', column: context.column, change, from: old ?? null, to: young ?? null } as const
    return [{ ...rule, impact: impactOf(old, young, context), side: young ? 'to' : 'from', line: place.line }]
  })
}

/** Equal rules first, so that a rule moved or repeated is no change; then those of one kind, in order. */
function pairRules<Rule extends AnyRule>(
  from: readonly Rule[],
  to: readonly Rule[],
  isImplied: RuleContext<Rule>['implies'],
): [Rule | undefined, Rule | undefined][] {
  const left = [...from]
  const pairs = new Map<Rule, Rule>()
  const take = (young: Rule, fits: (old: Rule) => boolean): void => {
    const at = pairs.has(young) ? -1 : left.findIndex(fits)
    const old = at < 0 ? undefined : left.splice(at, 1)[0]
    if (old) pairs.set(young, old)
  }
  for (const young of to) take(young, (old) => areEqual(old, young, isImplied) && sameNote(old, young))
  for (const young of to) take(young, (old) => areEqual(old, young, isImplied))
  for (const young of to) take(young, (old) => old.kind === young.kind && columnOf(old) === columnOf(young))
  return [
    ...to.map((young): [Rule | undefined, Rule] => [pairs.get(young), young]),
    ...left.map((old): [Rule, undefined] => [old, undefined]),
  ]
}

function columnOf(rule: AnyRule): string | undefined {
  return 'column' in rule ? rule.column : undefined
}

function areEqual<Rule extends AnyRule>(a: Rule, b: Rule, isImplied: RuleContext<Rule>['implies']): boolean {
  return isImplied(a, b) && isImplied(b, a)
}

function sameNote(a: RuleNote, b: RuleNote): boolean {
  return severityOf(a) === severityOf(b) && a.dimension === b.dimension
}

function wordOfChange<Rule extends AnyRule>(
  old: Rule | undefined,
  young: Rule | undefined,
  isImplied: RuleContext<Rule>['implies'],
): RuleChange['change'] | undefined {
  if (!old || !young) return young ? 'added' : 'dropped'
  const isTighter = !isImplied(old, young)
  const isLooser = !isImplied(young, old)
  if (isTighter && isLooser) return 'altered'
  if (isTighter) return 'tightened'
  if (isLooser) return 'loosened'
  if (severityOf(old) !== severityOf(young)) return 'severity'
  if (JSON.stringify(environmentsOf(old)) !== JSON.stringify(environmentsOf(young))) return 'environments'
  return old.dimension === young.dimension ? undefined : 'dimension'
}

/** What a rule promises may follow from another: only what no other rule keeps is lost, or gained. */
function impactOf<Rule extends AnyRule>(
  old: Rule | undefined,
  young: Rule | undefined,
  { implies: isImplied, kept, before }: RuleContext<Rule>,
): Impact {
  const follows = (rule: Rule, from: readonly Rule[]) =>
    from.some(
      (other) =>
        keepsOut(other) &&
        isImplied(other, rule) &&
        coversEnvironments(environmentsOf(other) ?? null, environmentsOf(rule) ?? null),
    )
  if (old && keepsOut(old) && !follows(old, kept)) return 'breaking'
  return young && keepsOut(young) && !follows(young, before) ? 'compatible' : 'neutral'
}

/** Only a promise that keeps bad data out can be relied on. */
function keepsOut(note: RuleNote): boolean {
  return severityOf(note) === 'error'
}

function severityOf({ severity = 'error' }: RuleNote) {
  return severity
}

/** Its rules, and what an integer is by itself. */
function promisesOf({ rules, logicalType, line }: ContractColumn): readonly ContractRule[] {
  if (logicalType !== 'integer') return rules
  return [...rules, { kind: 'finite', line }, { kind: 'multiple-of', step: 1, line }]
}

/** Its rules, and columns that are unique alone, whatever stands beside them. */
function tablePromisesOf({ tableRules, columns }: Contract): readonly TableRule[] {
  const alone = columns.flatMap(({ name, rules }) =>
    rules.flatMap((rule): TableRule[] => {
      if (rule.kind !== 'unique') return []
      const { kind: _kind, ...rest } = rule
      return [{ ...rest, kind: 'unique-together', columns: [name] }]
    }),
  )
  return [...tableRules, ...alone]
}
