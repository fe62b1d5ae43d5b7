import type { Read } from '../base/diagnostic.ts'
import { runSqlChild } from './run-sql-child.ts'
import { resultOf, sqlLimits } from './sql-limits.ts'
import type { MeasuredMetric, MetricRequest } from './sql-request.ts'

const timeoutMs = 600_000

/** A user's metric over two Parquet files, in a child process that reaches them alone. */
export async function askSqlMetric(
  asked: Pick<MetricRequest, 'name' | 'expression' | 'reference' | 'current' | 'lacking' | 'offered'>,
  tempFolder: string,
  signal?: AbortSignal,
): Promise<Read<MeasuredMetric>> {
  const request = { task: 'metric', ...(await sqlLimits(tempFolder)), ...asked } as const
  return resultOf(await runSqlChild(request, timeoutMs, signal))
}
