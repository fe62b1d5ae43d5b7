import type { LogicalType } from '../project/contract.ts'
import type { Task } from '../project/project.ts'
import type { Engine } from './engine.ts'
import { quoteName, quoteText } from './quote.ts'
import { columnParts, stackColumns } from './stack-columns.ts'

export interface TargetOf {
  /** A table or subquery whose columns have their logical types. */
  readonly relation: string
  readonly target: string
  readonly task: Task
  readonly positive?: string
}

/**
 * How well each column alone tells the target: the area under the ROC curve for `binary` (0.5..1, in either direction),
 * the accuracy of the most frequent class in each of its bins for `multiclass`, R² of the bins' means for `regression`.
 * Texts are bins of their own; numbers are cut into at most 20 of about equal size. Null where there are too few rows.
 */
export async function strengthsAlone(
  engine: Engine,
  { relation, target, task, positive }: TargetOf,
  columns: readonly ColumnAlone[],
): Promise<ReadonlyMap<string, number | null>> {
  const y = quoteName(target)
  const strengths = new Map<string, number | null>()
  for (const part of [...partsOf(ofTexts(true)), ...partsOf(ofTexts(false))]) {
    const found = await measure(part, part[0]?.type === 'string')
    for (const [i, { name }] of part.entries()) strengths.set(name, found.get(i) ?? null)
  }
  return strengths

  function ofTexts(isText: boolean): readonly ColumnAlone[] {
    return columns.filter(({ type }) => (type === 'string') === isText)
  }

  async function measure(part: readonly ColumnAlone[], isText: boolean): Promise<Strengths> {
    const labelled = `${relation} WHERE ${y} IS NOT NULL`
    const values = part.map(({ name, type }) => numeric(quoteName(name), type))
    const rows = `(SELECT c, x, y FROM ${stackColumns(labelled, values, [`${y} AS y`])} WHERE x IS NOT NULL)`
    if (task === 'binary') return await areasAlone(engine, rows, positive ?? '', isText)
    const rank = 'percent_rank() OVER (PARTITION BY c ORDER BY x)'
    const bins = `(SELECT c, y, ${isText ? 'x' : `least(floor(${rank} * ${maxBins}), ${maxBins - 1})`} AS bin FROM ${rows})`
    return task === 'multiclass' ? await accuraciesAlone(engine, bins) : await determinationsAlone(engine, bins)
  }
}

interface ColumnAlone {
  readonly name: string
  readonly type: LogicalType
  /** Of the files; those looked at are no more. */
  readonly rows: number
}

function partsOf(columns: readonly ColumnAlone[]): readonly (readonly ColumnAlone[])[] {
  return columnParts(columns, columns[0]?.rows ?? 0)
}

const maxBins = 20
const minRows = 50

type Strengths = ReadonlyMap<number, number | null>

/** Mann-Whitney's U with midranks, counted exactly; texts are put in the order of their share of positives. */
async function areasAlone(engine: Engine, rows: string, positive: string, isText: boolean): Promise<Strengths> {
  const order = isText ? 'p / (p + n), x' : 'x'
  const sums = await engine.query<{ c: number; doubled: number | null; p: number | null; n: number | null }>(
    `SELECT c, CAST(sum(p * (2 * below + n)) AS DOUBLE) AS doubled, CAST(sum(p) AS BIGINT) AS p, CAST(sum(n) AS BIGINT) AS n FROM (
       SELECT c, p, n, sum(n) OVER (PARTITION BY c ORDER BY ${order} ROWS UNBOUNDED PRECEDING) - n AS below FROM (
         SELECT c, x, count(*) FILTER (WHERE CAST(y AS VARCHAR) = ${quoteText(positive)}) AS p,
           count(*) FILTER (WHERE CAST(y AS VARCHAR) <> ${quoteText(positive)}) AS n FROM ${rows} GROUP BY c, x)) GROUP BY c`,
  )
  const area = ({ doubled, p, n }: (typeof sums)[number]) => {
    if (typeof doubled !== 'number' || !p || !n || p + n < minRows) return null
    const share = doubled / (2 * p * n)
    return Math.max(share, 1 - share)
  }
  return new Map(sums.map((each) => [each.c, area(each)]))
}

async function accuraciesAlone(engine: Engine, bins: string): Promise<Strengths> {
  const sums = await engine.query<{ c: number; right_rows: number | null; rows: number | null }>(
    `SELECT c, CAST(sum(most) AS BIGINT) AS right_rows, CAST(sum(total) AS BIGINT) AS rows FROM (
       SELECT c, max(n) AS most, sum(n) AS total FROM (SELECT c, bin, y, count(*) AS n FROM ${bins} GROUP BY c, bin, y)
       GROUP BY c, bin) GROUP BY c`,
  )
  return new Map(
    sums.map(({ c, right_rows: right, rows }) => [c, right && rows && rows >= minRows ? right / rows : null]),
  )
}

interface Group {
  readonly n: number
  readonly total: number
  readonly squares: number
}

async function determinationsAlone(engine: Engine, bins: string): Promise<Strengths> {
  const groups = await engine.query<{ c: number; n: number; total: number; squares: number }>(
    `SELECT c, count(*) AS n, sum(CAST(y AS DOUBLE)) AS total, sum(CAST(y AS DOUBLE) * CAST(y AS DOUBLE)) AS squares
     FROM ${bins} GROUP BY c, bin ORDER BY c, bin`,
  )
  const places = [...new Set(groups.map(({ c }) => c))]
  return new Map(places.map((place) => [place, determination(groups.filter(({ c }) => c === place))]))
}

function determination(groups: readonly Group[]): number | null {
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
