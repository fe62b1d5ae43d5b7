import { parseTestSize } from '../project/test-size.ts'
import { isMoment } from './choose-roles.ts'
import type { Engine } from './engine.ts'
import type { InferredColumn } from './inferred-model.ts'
import { quoteName, quoteText } from './quote.ts'

const dayMs = 86_400_000

export interface Times {
  readonly since: string
  readonly until: string
  /** How long a row's label takes at least, as the newest labelled row shows. */
  readonly delayDays: number
  /** How far back the newest fifth of the labelled rows reaches; undefined where days are too coarse for it. */
  readonly testDays: number | undefined
}

/** When rows happened, in a table of typed rows; undefined where no row with a target has a time. */
export async function measureTimes(
  engine: Engine,
  relation: string,
  time: InferredColumn,
  target: string,
): Promise<Times | undefined> {
  const y = quoteName(target)
  const ofDays = isMoment(time.type)
  const ms = placeOf(time)
  const [row] = await engine.query<Record<'since' | 'until' | 'labelled' | 'fifth', number | null>>(
    `SELECT min(${ms}) AS since, max(${ms}) AS until, max(${ms}) FILTER (WHERE ${y} IS NOT NULL) AS labelled,
       quantile_disc(${ms}, 0.8) FILTER (WHERE ${y} IS NOT NULL) AS fifth FROM ${relation}`,
  )
  const { since, until, labelled, fifth } = row ?? {}
  if (since == null || until == null || labelled == null || fifth == null) return undefined
  const word = (moment: number) => (ofDays ? new Date(moment).toISOString().slice(0, 10) : String(moment))
  const isLong = ofDays && labelled - since >= 10 * dayMs
  return {
    since: word(since),
    until: word(until),
    delayDays: ofDays ? Math.max(0, Math.ceil((until - labelled) / dayMs - 0.5)) : 0,
    testDays: isLong ? Math.max(1, Math.ceil((labelled - fifth) / dayMs)) : undefined,
  }
}

/** Milliseconds of a moment, an integer as it stands. */
function placeOf(time: InferredColumn): string {
  const t = quoteName(time.name)
  return isMoment(time.type) ? `CAST(epoch_ms(${t}) AS DOUBLE)` : `CAST(${t} AS DOUBLE)`
}

/**
 * The share of a table's labelled rows that are of the class and would be in the test set: the newest where there is a
 * time, else any. Close to what the split does, ties and gaps apart.
 */
export async function shareOfTestPositives(
  engine: Engine,
  relation: string,
  {
    target,
    positive,
    test,
    time,
  }: { target: string; positive: string; test: string; time: InferredColumn | undefined },
): Promise<number> {
  const y = quoteName(target)
  const place = time ? placeOf(time) : '0'
  const size = parseTestSize(test)
  const fraction = size?.kind === 'fraction' ? size.fraction : undefined
  const rows = `(SELECT ${place} AS t, CAST(${y} AS VARCHAR) = ${quoteText(positive)} AS is_positive,
    percent_rank() OVER (ORDER BY ${place} DESC) AS newest, row_number() OVER (ORDER BY ${place} DESC) AS place,
    max(${place}) OVER () AS last FROM ${relation} WHERE ${y} IS NOT NULL)`
  const inTest =
    size?.kind === 'duration'
      ? `t > last - ${size.durationMs}`
      : size?.kind === 'rows'
        ? `place <= ${size.rows}`
        : size?.kind === 'from' && time
          ? `t >= ${fromPlace(size.value)}`
          : `newest < ${fraction ?? 0.2}`
  const [found] = await engine.query<{ share: number | null }>(
    time || fraction === undefined
      ? `SELECT count(*) FILTER (WHERE is_positive AND ${inTest}) / count(*) AS share FROM ${rows}`
      : `SELECT ${fraction} * count(*) FILTER (WHERE is_positive) / count(*) AS share FROM ${rows}`,
  )
  return found?.share ?? 0
}

function fromPlace(value: string): number {
  return /^-?\d+$/.test(value) ? Number(value) : Date.parse(value)
}

/** The share of rows that have no target. */
export async function shareUnlabelled(engine: Engine, relation: string, target: string): Promise<number> {
  const [row] = await engine.query<{ missing: number; rows: number }>(
    `SELECT count(*) FILTER (WHERE ${quoteName(target)} IS NULL) AS missing, count(*) AS rows FROM ${relation}`,
  )
  return row && row.rows > 0 ? row.missing / row.rows : 0
}
