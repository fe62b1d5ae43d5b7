import type { Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Estimated } from '../evaluation/estimate-metric.ts'
import { mean, variance } from '../stats/sum.ts'
import { sqlMetricDiagnostic } from './check-sql-metrics.ts'
import { type Engine, openEngine } from './engine.ts'
import { typesOf } from './prediction-table.ts'
import { quoteName, quotePath } from './quote.ts'
import { everyNode, parseSelect } from './select-tree.ts'
import { cohortColumn, groupColumn, readSqlMetric, type SqlMetricForm } from './sql-metric.ts'
import type { MeasuredMetric, MetricRequest } from './sql-request.ts'

/** As many as rows were dealt into. */
const groups = 20
const fewestOfGroup = 10
const ownColumns: ReadonlySet<string> = new Set([cohortColumn, groupColumn])

/** A metric of each side, with its standard error; the engine reaches the two files and nothing else. */
export async function measureSqlMetric(request: MetricRequest): Promise<Read<MeasuredMetric>> {
  const { name, expression, reference, current, lacking, offered, nativeFile, memoryLimit, tempFolder } = request
  // One thread: rows come in the order of the file.
  await using engine = await openEngine({
    ...{ nativeFile, memoryLimit, tempFolder, threads: 1, isLocked: true },
    allowedPaths: [reference, current],
  })
  const known = await typesOf(engine, `read_parquet(${quotePath(reference)})`)
  const followed = await typesOf(engine, `read_parquet(${quotePath(current)})`)
  const columns = [...followed.keys()].filter((column) => known.has(column) && !ownColumns.has(column))
  const nameable = [...new Set([...columns, ...offered])].filter((column) => !Object.hasOwn(lacking, column))
  const refused = refusing(name)
  const read = await readSqlMetric(engine, expression, columns)
  if (!read.ok) return refused(read.fault.state, read.fault.remedy)
  const form = read.value
  const measured: ReadonlyMap<number, Estimated>[] = []
  for (const file of [reference, current]) {
    await engine.run(`CREATE OR REPLACE TEMP VIEW data AS SELECT * FROM read_parquet(${quotePath(file)})`)
    try {
      measured.push(form.kind === 'other' ? await byGroups(engine, expression) : await byRows(engine, form))
    } catch (error) {
      const unknown = await unknownColumn(engine, expression, columns)
      const why = Object.entries(lacking).find(([column]) => column.toLowerCase() === unknown?.toLowerCase())?.[1]
      if (why !== undefined)
        return refused(`"${unknown}" is not known of the judged rows: ${why}`, othersRemedy(nameable))
      if (unknown !== undefined) {
        const state = `"${unknown}" is no column of judged rows and log both; expected one of ${nameable.join(', ')}`
        return refused(state, nearestRemedy(unknown, nameable))
      }
      const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
      // Its own sentences may hold a value that it could not read.
      const state = line.replace(/^[A-Z][A-Za-z ]+ Error: /, '').replaceAll(/'[^']*'/g, '‘…’')
      return refused(state, othersRemedy(nameable))
    }
  }
  const [first, cohorts] = measured
  const judged = first?.get(0) ?? { kind: 'undefined', reason: 'there are no judged rows' }
  if (form.kind === 'other' && (await growsWithRows(engine, expression))) {
    return refused('it grows with the number of rows', 'Write it a row: avg(…), or as a quotient of sums.')
  }
  const told = [...(cohorts ?? [])].map(([cohort, estimated]) => ({ cohort, estimated }))
  return { ok: true, value: { kind: form.kind, reference: judged, cohorts: told } }
}

/** A sum counts what is NULL as 0, as the engine does among others; a mean leaves it out. */
async function byRows(engine: Engine, form: SqlMetricForm & { kind: 'sum' | 'avg' }) {
  const { value = [], cohort = [] } = await engine.columns(
    `SELECT CAST(value AS DOUBLE) AS value, cohort FROM (${form.sql})`,
  )
  const values = new Map<number, number[]>()
  for (const [row, number] of value.entries()) {
    const own = values.get(Number(cohort[row])) ?? []
    values.set(Number(cohort[row]), own)
    if (number !== null) own.push(Number(number))
    else if (form.kind === 'sum') own.push(0)
  }
  return new Map([...values].map(([key, own]) => [key, estimateOfRows(own)]))
}

/** √(variance of the groups' values / groups): rows are dealt in turn, so that groups are alike. */
async function byGroups(engine: Engine, expression: string): Promise<ReadonlyMap<number, Estimated>> {
  const measured = `CAST((${expression}\n) AS DOUBLE) AS value, count(*) AS rows`
  const [cohort, group] = [quoteName(cohortColumn), quoteName(groupColumn)]
  const whole = await engine.query<{ cohort: number; value: number | null; rows: number }>(
    `SELECT ${cohort} AS cohort, ${measured} FROM data GROUP BY ${cohort} ORDER BY 1`,
  )
  const parts = await engine.query<{ cohort: number; value: number | null }>(
    `SELECT ${cohort} AS cohort, ${group} AS part, ${measured} FROM data GROUP BY ${cohort}, ${group} ORDER BY 1, 2`,
  )
  return new Map(
    whole.map(({ cohort: key, value, rows }) => {
      const own = parts.flatMap((part) => (part.cohort === key && part.value !== null ? [part.value] : []))
      return [key, estimateOfGroups(value, own, rows)]
    }),
  )
}

function estimateOfGroups(value: number | null, own: readonly number[], rows: number): Estimated {
  if (value === null) return undefinedHere('it gives NULL')
  if (rows < groups * fewestOfGroup) {
    const needed = groups * fewestOfGroup
    return undefinedHere(`too few rows for the error of what is no sum and no mean of rows: ${rows} of ${needed}`)
  }
  if (own.length < groups) return undefinedHere(`some of ${groups} groups of its rows give NULL`)
  return estimateOf(value, variance(own) / groups, rows)
}

function estimateOfRows(own: readonly number[]): Estimated {
  return own.length === 0
    ? undefinedHere('it gives NULL')
    : estimateOf(mean(own), variance(own) / own.length, own.length)
}

function estimateOf(value: number, squaredError: number, rows: number): Estimated {
  if (!Number.isFinite(value)) return undefinedHere('it gives no finite number')
  if (!Number.isFinite(squaredError)) return undefinedHere('too few rows for a standard error')
  return { kind: 'estimate', estimate: { value, standardError: Math.sqrt(squaredError), rows } }
}

function undefinedHere(reason: string): Estimated {
  return { kind: 'undefined', reason }
}

/** Whether the whole is the groups' sum rather than their mean: cohorts of other sizes could not be compared. */
async function growsWithRows(engine: Engine, expression: string): Promise<boolean> {
  const measured = `CAST((${expression}\n) AS DOUBLE)`
  const [found] = await engine.query<{ whole: number | null; mean: number | null }>(
    `SELECT (SELECT ${measured} FROM data) AS whole,
       (SELECT avg(value) FROM (SELECT ${measured} AS value FROM data GROUP BY ${quoteName(groupColumn)})) AS mean`,
  )
  const { whole, mean: part } = found ?? {}
  if (whole == null || part == null || part === 0) return false
  return Math.abs(whole - groups * part) < Math.abs(whole - part)
}

/** The first column that an expression names and that is not there. */
async function unknownColumn(
  engine: Engine,
  expression: string,
  columns: readonly string[],
): Promise<string | undefined> {
  const own = new Set(columns.map((column) => column.toLowerCase()))
  const parsed = await parseSelect(engine, `SELECT ${expression}\nFROM data`)
  const nodes = parsed.kind === 'select' ? [...everyNode(parsed.node)] : []
  const named = nodes.flatMap(({ class: kind, column_names: names }) =>
    kind === 'COLUMN_REF' && Array.isArray(names) && names.length === 1 ? [String(names[0])] : [],
  )
  return named.find((column) => !own.has(column.toLowerCase()))
}

function othersRemedy(columns: readonly string[]): string {
  return `Write the SQL of other columns: ${columns.join(', ')}.`
}

function nearestRemedy(column: string, columns: readonly string[]): string {
  const near = nearestName(column, columns)
  return near === undefined ? 'Write it with these columns alone.' : `Did you mean "${near}"?`
}

function refusing(name: string): (state: string, remedy: string) => Read<never> {
  const place = { file: '--metric-sql', line: 1, column: 1 }
  return (state, remedy) => ({ ok: false, diagnostics: [sqlMetricDiagnostic(name, place, state, remedy)] })
}
