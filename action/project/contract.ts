export type LogicalType = 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'timestamp'

export const decimalMarks = [',', '.'] as const
export type DecimalMark = (typeof decimalMarks)[number]

export const epochUnits = ['seconds', 'milliseconds', 'microseconds'] as const
export type EpochUnit = (typeof epochUnits)[number]

/** What a column promises, from an ODCS 3.1 contract; every rule knows its line, so that a failure points at it. */
export interface ContractColumn {
  readonly name: string
  readonly logicalType: LogicalType
  readonly line: number
  /** The contract that says so, where it is that of a joined table. */
  readonly file?: string
  /** Older names under which files may still hold this column. */
  readonly aliases: readonly string[]
  readonly classification?: string
  /** Where the column has to be there, such as `training`; everywhere where there is no list. */
  readonly environments?: readonly string[]
  /** How texts spell a date or a moment, as `strptime` has it; without it, ISO 8601. */
  readonly format?: string
  /** How texts write a number: its decimals follow this mark, and its thousands may be grouped. Without it, `1234.5`. */
  readonly decimal?: DecimalMark
  /** What the integers of a date or moment count, since 1970 began. */
  readonly epoch?: EpochUnit
  /** The words, in any case, that texts have for true and for false. Without it, those of English, 1 and 0. */
  readonly truth?: TruthWords
  /** Texts, in any case, that stand for nothing: they are read as missing. */
  readonly missing?: readonly string[]
  readonly rules: readonly ContractRule[]
}

export interface TruthWords {
  readonly yes: string
  readonly no: string
}

/** Whether no output may show a value of the column: the contract calls it anything but public. */
export function isClassified(column: ContractColumn | undefined): boolean {
  return (column?.classification ?? 'public') !== 'public'
}

/** Who promises: where, how grave a breach is, and which dimension of quality ODCS files it under. */
export interface RuleNote {
  readonly line: number
  /** Only an `error`, which is the default, keeps data out; the others are shown. */
  readonly severity?: Severity
  readonly dimension?: Dimension
  /** Where the promise holds; without a list, wherever promises of its kind do. */
  readonly environments?: readonly string[]
}

export const severities = ['error', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

export const dimensions = [
  'accuracy',
  'completeness',
  'conformity',
  'consistency',
  'coverage',
  'timeliness',
  'uniqueness',
] as const
export type Dimension = (typeof dimensions)[number]

/** What one column promises of each of its rows, or of all its values together. */
export type ContractRule = RuleKind &
  RuleNote & {
    /** How many rows may break the rule; none where it is not given. */
    readonly tolerance?: Tolerance
  }

export type RuleKind =
  | { readonly kind: 'required' }
  | { readonly kind: 'unique' }
  | { readonly kind: 'minimum' | 'maximum'; readonly limit: number | string; readonly isExclusive: boolean }
  | { readonly kind: 'min-length' | 'max-length'; readonly length: number }
  | { readonly kind: 'allowed'; readonly values: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** Broken by a value that is outside the list, or that the pattern does not match. */
  | { readonly kind: 'valid'; readonly values: readonly string[]; readonly pattern: string }
  /** Broken by what stands for "nothing here"; null is SQL's own. */
  | { readonly kind: 'filled'; readonly missing: readonly (string | null)[] }
  /** Broken by an infinite number. */
  | { readonly kind: 'finite' }
  | { readonly kind: 'multiple-of'; readonly step: number }
  | { readonly kind: 'format'; readonly format: TextFormat }

export const textFormats = ['email', 'uuid', 'uri', 'hostname', 'ipv4', 'ipv6', 'byte'] as const
export type TextFormat = (typeof textFormats)[number]

/** What the table promises as a whole. */
export type TableRule = TableRuleKind & RuleNote

export type TableRuleKind =
  | { readonly kind: 'row-count'; readonly expected: Expectation }
  /** No two rows hold the same values in all of these columns; rows with a null among them do not count. */
  | { readonly kind: 'unique-together'; readonly columns: readonly string[]; readonly tolerance?: Tolerance }
  /** The one number that a SELECT gives; its placeholders are not filled in yet. */
  | { readonly kind: 'sql'; readonly query: string; readonly column?: string; readonly expected: Expectation }
  /** The values of these columns stand together in the others of that table; rows with a null among them do not count. */
  | {
      readonly kind: 'references'
      readonly columns: readonly string[]
      readonly table: string
      readonly others: readonly string[]
    }
  /** The newest row is no older than this, counted back from the moment of asking. */
  | { readonly kind: 'freshness'; readonly column: string; readonly limit: AgeLimit }
  /** No row is older than this. */
  | { readonly kind: 'retention'; readonly column: string; readonly limit: AgeLimit }

export const ageUnits = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const
export type AgeUnit = (typeof ageUnits)[number]

/** An age by the calendar: a month is not a number of days. */
export interface AgeLimit {
  /** Above 0. */
  readonly count: number
  readonly unit: AgeUnit
}

/** The columns of its own table that a promise names. */
export function columnsAbout(rule: TableRuleKind): readonly string[] {
  switch (rule.kind) {
    case 'unique-together':
    case 'references':
      return rule.columns
    case 'freshness':
    case 'retention':
      return [rule.column]
    case 'sql':
      return rule.column === undefined ? [] : [rule.column]
    case 'row-count':
      return []
  }
}

/** The eight operators of ODCS; exactly one belongs to a rule. */
export const operators = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
] as const
export type Operator = (typeof operators)[number]

/** What a number is expected to be. Both bounds of a range belong to it, as datacontract-cli has it. */
export interface Expectation {
  readonly operator: Operator
  /** Two for a range, smaller first; else one. */
  readonly limits: readonly number[]
}

/** What is expected of the number of failing rows, or of their percentage of all rows (0-100). */
export interface Tolerance extends Expectation {
  readonly unit: 'rows' | 'percent'
}

export interface Contract {
  /** As diagnostics name it. */
  readonly file: string
  readonly id: string
  readonly version: string
  readonly columns: readonly ContractColumn[]
  /** As SQL rules may call the table. */
  readonly table: string
  readonly tableRules: readonly TableRule[]
  /** Names and aliases of columns that belong to other environments: no news where files hold them all the same. */
  readonly elsewhere?: readonly string[]
}

/** The same promises of columns none of which may show a value. */
export function withoutValues(contract: Contract): Contract {
  const columns = contract.columns.map((column) => ({ ...column, classification: 'not shown here' }))
  return { ...contract, columns }
}
