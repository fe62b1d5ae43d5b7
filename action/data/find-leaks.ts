import type { LogicalType } from '../project/contract.ts'
import type { Task } from '../project/project.ts'
import type { Engine } from './engine.ts'
import { quoteName, quoteText } from './quote.ts'

export interface TargetOf {
  /** A table or subquery whose columns have their logical types. */
  readonly relation: string
  readonly target: string
  readonly task: Task
  readonly positive?: string
}

/**
 * How well one column alone tells the target: the area under the ROC curve for `binary` (0.5..1, in either direction),
 * the accuracy of the most frequent class in each of its bins for `multiclass`, R² of the bins' means for `regression`.
 * Texts are bins of their own; numbers are cut into at most 20 of about equal size. Null where there are too few rows.
 */
export async function strengthAlone(
  engine: Engine,
  { relation, target, task, positive }: TargetOf,
  column: { readonly name: string; readonly type: LogicalType },
): Promise<number | null> {
  const y = quoteName(target)
  const x = numeric(quoteName(column.name), column.type)
  const rows = `(SELECT ${x} AS x, ${y} AS y FROM ${relation} WHERE ${y} IS NOT NULL AND ${quoteName(column.name)} IS NOT NULL)`
  if (task === 'binary') return areaAlone(engine, rows, positive ?? '', column.type)
  const bins = `(SELECT y, ${column.type === 'string' ? 'x' : `least(floor(percent_rank() OVER (ORDER BY x) * ${maxBins}), ${maxBins - 1})`} AS bin FROM ${rows})`
  return task === 'multiclass' ? accuracyAlone(engine, bins) : determinationAlone(engine, bins)
}

const maxBins = 20
const minRows = 50

/** Mann-Whitney's U with midranks, counted exactly; texts are put in the order of their share of positives. */
async function areaAlone(engine: Engine, rows: string, positive: string, type: LogicalType): Promise<number | null> {
  const order = type === 'string' ? 'p / (p + n), x' : 'x'
  const [sums] = await engine.query<{ doubled: number | null; p: number | null; n: number | null }>(
    `SELECT CAST(sum(p * (2 * below + n)) AS DOUBLE) AS doubled, CAST(sum(p) AS BIGINT) AS p, CAST(sum(n) AS BIGINT) AS n FROM (
       SELECT p, n, sum(n) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) - n AS below FROM (
         SELECT x, count(*) FILTER (WHERE CAST(y AS VARCHAR) = ${quoteText(positive)}) AS p,
           count(*) FILTER (WHERE CAST(y AS VARCHAR) <> ${quoteText(positive)}) AS n FROM ${rows} GROUP BY x))`,
  )
  const { doubled, p, n } = sums ?? {}
  if (typeof doubled !== 'number' || !p || !n || p + n < minRows) return null
  const area = doubled / (2 * p * n)
  return Math.max(area, 1 - area)
}

async function accuracyAlone(engine: Engine, bins: string): Promise<number | null> {
  const [sums] = await engine.query<{ right_rows: number | null; rows: number | null }>(
    `SELECT CAST(sum(most) AS BIGINT) AS right_rows, CAST(sum(total) AS BIGINT) AS rows FROM (
       SELECT max(n) AS most, sum(n) AS total FROM (SELECT bin, y, count(*) AS n FROM ${bins} GROUP BY bin, y) GROUP BY bin)`,
  )
  const { right_rows: right, rows } = sums ?? {}
  return right && rows && rows >= minRows ? right / rows : null
}

async function determinationAlone(engine: Engine, bins: string): Promise<number | null> {
  const groups = await engine.query<{ n: number; total: number; squares: number }>(
    `SELECT count(*) AS n, sum(CAST(y AS DOUBLE)) AS total, sum(CAST(y AS DOUBLE) * CAST(y AS DOUBLE)) AS squares
     FROM ${bins} GROUP BY bin ORDER BY bin`,
  )
  const [n, total, squares] = groups.reduce((sum, g) => [sum[0] + g.n, sum[1] + g.total, sum[2] + g.squares], [0, 0, 0])
  if (n < minRows) return null
  const all = squares - (total * total) / n
  const between = groups.reduce((sum, g) => sum + (g.total * g.total) / g.n, 0) - (total * total) / n
  return all > 0 ? Math.min(1, Math.max(0, between / all)) : null
}

/** The share of rows in which one moment lies after another, among those that have both. */
export async function shareAfter(engine: Engine, relation: string, time: string, other: string): Promise<number> {
  const [a, b] = [quoteName(time), quoteName(other)]
  const [counts] = await engine.query<{ after: number; rows: number }>(
    `SELECT count(*) FILTER (WHERE ${b} > ${a}) AS after, count(*) AS rows FROM ${relation}
     WHERE ${a} IS NOT NULL AND ${b} IS NOT NULL`,
  )
  return counts && counts.rows > 0 ? counts.after / counts.rows : 0
}

function numeric(name: string, type: LogicalType): string {
  if (type === 'string') return name
  return type === 'date' || type === 'timestamp' ? `epoch(${name})` : `CAST(${name} AS DOUBLE)`
}
