import { millisecondsOf } from '../base/moments.ts'
import type { WindowedData } from '../drift/suggest-window.ts'
import type { InferredModel } from './inferred-model.ts'

/** What drift will compare of the data that a model was inferred from; undefined where its time makes no windows. */
export function windowedData({ rows, columns, time, id }: InferredModel): WindowedData | undefined {
  if (!time || time.column.type === 'integer') return undefined
  const [sinceMs, untilMs] = [millisecondsOf(time.since), millisecondsOf(time.until)]
  if (sinceMs === undefined || untilMs === undefined) return undefined
  const left = new Set([time.column.name, ...(id ? [id.column.name] : [])])
  const compared = columns.filter(({ name, type, distinct, rows: own, isUnique }) => {
    const isText = type !== 'number' && type !== 'integer' && type !== 'boolean'
    return !left.has(name) && type !== 'date' && type !== 'timestamp' && !isUnique && !(isText && distinct > own / 2)
  })
  return {
    rows,
    spanMs: untilMs - sinceMs,
    columns: compared.map(({ type, distinct, nulls }) => {
      const kind = type === 'number' || type === 'integer' ? 'number' : 'category'
      return { kind, distinct, hasMissing: nulls > 0 }
    }),
  }
}
