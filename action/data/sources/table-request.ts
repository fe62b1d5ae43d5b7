import type { SqlLimits } from '../sql-request.ts'

export type Database =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** The string goes to the child through a pipe: a command line and an environment can be read by others. */
  | { readonly kind: 'postgres'; readonly connection: string }

/** A table to be written as Parquet by the child process. */
export interface TableRequest extends SqlLimits {
  readonly task: 'table'
  readonly database: Database
  /** As messages name it; holds no secret. */
  readonly shown: string
  readonly table: string
  /** The Parquet file, absolute. */
  readonly out: string
  /** Where DuckDB's extensions may lie, the caller's own first. */
  readonly extensionFolders: readonly string[]
}

export interface WrittenTable {
  readonly rows: number
}
