/** Beyond so many a statement takes DuckDB more than it saves. */
const mostColumns = 32
/** So many values of several columns are held at once; where there are more, a statement costs little beside them. */
const mostValues = 200_000

/**
 * Columns of a table in parts that are asked after in one statement each. A statement looks at every column of its table
 * before it begins, so that one a column takes the square of the columns.
 */
export function columnParts<Column>(columns: readonly Column[], rows: number): readonly (readonly Column[])[] {
  return partsOf(columns, Math.max(1, Math.min(mostColumns, Math.floor(mostValues / Math.max(1, rows)))))
}

/** The same where no values are held, only what is counted of them. */
export function countedParts<Column>(columns: readonly Column[]): readonly (readonly Column[])[] {
  return partsOf(columns, mostColumns)
}

/**
 * The values of expressions of one type over a table, one below the other, as `x`, and as `c` the place of the expression.
 * DuckDB plans one aggregate in groups of `c` sooner than as many aggregates, which take it the square of their number.
 */
export function stackColumns(relation: string, expressions: readonly string[], others: readonly string[] = []): string {
  const [first = 'NULL'] = expressions
  const values =
    expressions.length === 1
      ? [`${first} AS x`, '0 AS c']
      : [`unnest([${expressions.join(', ')}]) AS x`, `unnest(range(${expressions.length})) AS c`]
  return `(SELECT ${[...values, ...others].join(', ')} FROM ${relation})`
}

function partsOf<Column>(columns: readonly Column[], size: number): readonly (readonly Column[])[] {
  return Array.from({ length: Math.ceil(columns.length / size) }, (_, i) => columns.slice(i * size, (i + 1) * size))
}
