export type LogicalType = 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'timestamp'

/** What a column promises, from an ODCS 3.1 contract; every rule knows its line, so that a failure points at it. */
export interface ContractColumn {
  readonly name: string
  readonly logicalType: LogicalType
  readonly line: number
  /** Older names under which files may still hold this column. */
  readonly aliases: readonly string[]
  readonly classification?: string
  readonly rules: readonly ContractRule[]
}

/** Whether no output may show a value of the column: the contract calls it anything but public. */
export function isClassified(column: ContractColumn | undefined): boolean {
  return (column?.classification ?? 'public') !== 'public'
}

export type ContractRule = RuleKind & {
  readonly line: number
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

export interface Tolerance {
  /** A number of rows, or a percentage of all rows (0-100). */
  readonly limit: number
  readonly unit: 'rows' | 'percent'
  /** Whether exactly the limit is already too many. */
  readonly isExclusive: boolean
}

/** Bounds are inclusive. */
export interface RowCountRule {
  readonly minimum?: number
  readonly maximum?: number
  /** The count must lie outside the bounds instead of within. */
  readonly isOutside?: boolean
  readonly line: number
}

export interface Contract {
  /** As diagnostics name it. */
  readonly file: string
  readonly id: string
  readonly version: string
  readonly columns: readonly ContractColumn[]
  readonly rowCount: readonly RowCountRule[]
}

/** The same promises of columns none of which may show a value. */
export function withoutValues(contract: Contract): Contract {
  const columns = contract.columns.map((column) => ({ ...column, classification: 'not shown here' }))
  return { ...contract, columns }
}
