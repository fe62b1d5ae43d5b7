import type { InferredModel } from './inferred-model.ts'
import { quoteName } from './quote.ts'
import { rowIdColumn } from './read-source.ts'

const dayMs = 86_400_000

/** The first `features.sql`: the id and every feature, one a line, and what a time says of the day. */
export function writeFeatureSql(model: InferredModel): string {
  const id = model.id ? quoteName(model.id.column.name) : rowIdColumn
  const features = model.features.map(({ name }) => quoteName(name))
  const columns = [id, ...features, ...momentFeatures(model)]
  const leftOut = model.leftOut
    .filter(({ reason }) => reason.kind !== 'excluded')
    .map(({ column }) => comment(column.name))
  return `-- What the model sees of a row. Each row is computed by itself, in training and in serving alike:
-- expressions over its columns, no aggregates, no other rows, no current time.
${leftOut.length > 0 ? `-- Left out: ${leftOut.join(', ')}\n` : ''}SELECT
  ${columns.join(',\n  ')}
FROM data
`
}

/** The hour where rows have one, and the weekday where there are weeks enough; never under a name that is taken. */
function momentFeatures({ time, columns }: InferredModel): string[] {
  if (!time || time.column.type === 'integer') return []
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  const moment = quoteName(time.column.name)
  const hasWeeks = Date.parse(time.until) - Date.parse(time.since) >= 28 * dayMs
  return [
    ...(time.column.type === 'timestamp' && !taken.has('hour') ? [`hour(${moment}) AS hour`] : []),
    ...(hasWeeks && !taken.has('weekday') ? [`isodow(${moment}) AS weekday`] : []),
  ]
}

/** A name in a comment ends neither the line nor the comment. */
function comment(name: string): string {
  return name.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
