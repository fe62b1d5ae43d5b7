import type { Contract, ContractColumn } from '../project/contract.ts'
import type { Expressions } from './contract-sql.ts'
import { quoteName } from './quote.ts'
import { alwaysFits, castColumn, feedingColumn, filledValue } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** The columns of a contract as the checks of one shape of files name them: short names that no column of a file has. */
export class CheckedColumns {
  readonly #shape: DescribedFile
  readonly #places: ReadonlyMap<ContractColumn, number>

  constructor(contract: Contract, shape: DescribedFile) {
    this.#shape = shape
    this.#places = new Map(contract.columns.map((column, index) => [column, index]))
  }

  /** SQL for the raw and the typed value in a row of `relation()`; undefined where the files lack the column. */
  expressions(column: ContractColumn): Expressions | undefined {
    const raw = feedingColumn(this.#shape, column)
    const place = this.#places.get(column)
    if (!raw || place === undefined) return undefined
    return {
      raw: `r${place}`,
      typed: `t${place}`,
      ...(column.missing !== undefined && { written: `w${place}` }),
      alwaysFits: alwaysFits(column.logicalType, raw.type),
      isEmptyNull: this.#shape.format === 'csv',
    }
  }

  /** The rows with each of these columns raw and typed, so that a cast is made once a row; `more` is selected besides. */
  relation(columns: Iterable<ContractColumn>, rows: string, more: readonly string[] = []): string {
    const selected = [...columns].flatMap((column) => {
      const raw = feedingColumn(this.#shape, column)
      const names = this.expressions(column)
      if (!raw || !names) return []
      const value = quoteName(raw.name)
      const written = names.written === undefined ? [] : [`${value} AS ${names.written}`]
      return [
        ...written,
        `${filledValue(column, value, raw.type)} AS ${names.raw}`,
        `${castColumn(column, value, raw.type)} AS ${names.typed}`,
      ]
    })
    const all = [...selected, ...more]
    return `(SELECT ${all.length > 0 ? all.join(', ') : '1 AS nothing'} FROM ${rows})`
  }
}
