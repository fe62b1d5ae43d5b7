import type { Diagnostic } from '../base/diagnostic.ts'
import type { SqlMetric } from '../project/project.ts'
import type { Engine } from './engine.ts'
import { readSqlMetric } from './sql-metric.ts'

/**
 * What is wrong with metrics of the user's as they are written: each must be one aggregate. Nothing is run, and no name is
 * looked up, for what a log calls its probabilities shows in the log alone.
 */
export async function checkSqlMetrics(
  engine: Engine,
  metrics: readonly SqlMetric[],
  columns: readonly string[],
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const { name, expression, place } of metrics) {
    const read = await readSqlMetric(engine, expression, columns)
    if (!read.ok && place) found.push(sqlMetricDiagnostic(name, place, read.fault.state, read.fault.remedy))
  }
  return found
}

export function sqlMetricDiagnostic(
  name: string,
  place: NonNullable<SqlMetric['place']>,
  state: string,
  remedy: string,
): Diagnostic {
  return { code: 'performance/sql-metric', ...place, message: `Cannot measure "${name}": ${state}`, remedy }
}
