import type { Read } from '../base/diagnostic.ts'
import type { Estimated } from '../evaluation/estimate-metric.ts'
import { mean, variance } from '../stats/sum.ts'
import { type Engine, openEngine } from './engine.ts'
import { typesOf } from './prediction-table.ts'
import { quoteName, quotePath } from './quote.ts'
import { cohortColumn, groupColumn, readSqlMetric, type SqlMetricForm } from './sql-metric.ts'
import type { MeasuredMetric, MetricRequest } from './sql-request.ts'

/** As many as rows were dealt into. */
const groups = 20
const fewestOfGroup = 10

/** A metric of each side, with its standard error; the engine reaches the two files and nothing else. */
export async function measureSqlMetric(request: MetricRequest): Promise<Read<MeasuredMetric>> {
  const { expression, reference, current, nativeFile, memoryLimit, tempFolder } = request
  // One thread: rows come in the order of the file.
  await using engine = await openEngine({
    ...{ nativeFile, memoryLimit, tempFolder, threads: 1, isLocked: true },
    allowedPaths: [reference, current],
  })
  const columns = await typesOf(engine, `read_parquet(${quotePath(current)})`)
  const read = await readSqlMetric(engine, expression, [...columns.keys()])
  if (!read.ok) return refused(read.fault.state, read.fault.remedy)
  const form = read.value
  const measured: ReadonlyMap<number, Estimated>[] = []
  for (const file of [reference, current]) {
    await engine.run(`CREATE OR REPLACE TEMP VIEW data AS SELECT * FROM read_parquet(${quotePath(file)})`)
    try {
      measured.push(form.kind === 'other' ? await byGroups(engine, expression) : await byRows(engine, form))
    } catch (error) {
      const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
      return refused(
        // Its own sentences may hold a value that it could not read.
        line.replace(/^[A-Z][A-Za-z ]+ Error: /, '').replaceAll(/'[^']*'/g, '‘…’'),
        'The columns are those of the log and the target; the judged rows must have them, too.',
      )
    }
  }
  const [first, cohorts] = measured
  const known = first?.get(0) ?? { kind: 'undefined', reason: 'there are no judged rows' }
  if (form.kind === 'other' && (await growsWithRows(engine, expression))) {
    return refused('it grows with the number of rows', 'Write it a row: avg(…), or as a quotient of sums.')
  }
  const told = [...(cohorts ?? [])].map(([cohort, estimated]) => ({ cohort, estimated }))
  return { ok: true, value: { kind: form.kind, reference: known, cohorts: told } }
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
  return new Map([...values].map(([key, own]) => [key, estimateOf(mean(own), variance(own) / own.length, own.length)]))
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
      const few = rows < groups * fewestOfGroup || own.length < groups
      const spread = few ? Number.NaN : variance(own) / groups
      return [key, value === null ? undefinedHere('it gives NULL') : estimateOf(value, spread, rows)]
    }),
  )
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

function refused(state: string, remedy: string): Read<never> {
  const message = `Cannot measure the metric: ${state}`
  const diagnostic = { code: 'performance/sql-metric', file: '--metric-sql', line: 1, column: 1, message, remedy }
  return { ok: false, diagnostics: [diagnostic] }
}
