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

export type ContractRule =
  | { readonly kind: 'required'; readonly line: number }
  | { readonly kind: 'unique'; readonly line: number }
  | {
      readonly kind: 'minimum' | 'maximum'
      readonly limit: number | string
      readonly isExclusive: boolean
      readonly line: number
    }
  | { readonly kind: 'min-length' | 'max-length'; readonly length: number; readonly line: number }
  | { readonly kind: 'allowed'; readonly values: readonly string[]; readonly line: number }
  | { readonly kind: 'pattern'; readonly pattern: string; readonly line: number }

export interface RowCountRule {
  readonly minimum?: number
  readonly maximum?: number
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
