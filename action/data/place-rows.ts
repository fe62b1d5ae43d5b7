import type { ModelPolicy } from '../project/project.ts'
import type { TimeType } from './event-time.ts'
import type { Moment, SplitPlan } from './plan-split.ts'
import { quotePath, quoteText } from './quote.ts'

/** Quoted names of the columns that the split looks at. */
export interface SplitColumns {
  /** The model's name: the same id is on other sides in other models. */
  readonly salt: string
  readonly id: string
  readonly target: string
  readonly targetMayBeNan: boolean
  readonly time?: string
  readonly group?: string
}

/** Why rows count for nothing. */
export const reasons = {
  noTime: 'no time',
  tooNew: 'labels not in yet',
  tooOld: 'older than the window',
  noLabel: 'no label',
  fewLabels: 'a day with too few labels',
  groupInTest: 'group is in test',
  notSampled: 'not in the sample',
} as const

/**
 * What each row is judged by: `id`, `group_key`, `score` (its moment, or the hash of its group or id where there is no
 * time) and `reason`, NULL for a row that counts.
 */
export function rowScoreSql(
  columns: SplitColumns,
  type: TimeType | undefined,
  span: { readonly start: Moment | null; readonly end: Moment } | undefined,
): string {
  const { id, time, group, target } = columns
  const key = group
    ? `coalesce('g' || CAST(${group} AS VARCHAR), 'i' || CAST(${id} AS VARCHAR))`
    : `CAST(${id} AS VARCHAR)`
  const score = time && type ? momentSql(time, type) : hashSql(columns.salt, key)
  const isLabelled = `${target} IS NOT NULL${columns.targetMayBeNan ? ` AND NOT isnan(${target})` : ''}`
  const cases = [
    ...(span
      ? [
          `WHEN ${score} IS NULL THEN ${quoteText(reasons.noTime)}`,
          `WHEN ${score} > ${span.end} THEN ${quoteText(reasons.tooNew)}`,
          ...(span.start === null ? [] : [`WHEN ${score} <= ${span.start} THEN ${quoteText(reasons.tooOld)}`]),
        ]
      : []),
    `WHEN NOT (${isLabelled}) THEN ${quoteText(reasons.noLabel)}`,
  ]
  return `${id} AS id, ${key} AS group_key, ${score} AS score, CASE ${cases.join(' ')} END AS reason`
}

/**
 * The same rows of which those count for nothing, too, that share their day with too many unlabelled ones: labels that arrive
 * late do not arrive alike, so that the first of them tell another story than all. `coverage` is 0-1.
 */
export function coveredSql(scored: string, type: TimeType, coverage: number): string {
  const day = type === 'integer' ? 'score' : `score // ${dayUs}`
  const labelled = 'count(*) FILTER (WHERE reason IS NULL) OVER cohort'
  const due = `count(*) FILTER (WHERE reason IS NULL OR reason = ${quoteText(reasons.noLabel)}) OVER cohort`
  return `SELECT id, group_key, score, CASE WHEN reason IS NULL AND ${labelled} < ${coverage} * ${due} - 1e-9
      THEN ${quoteText(reasons.fewLabels)} ELSE reason END AS reason
    FROM (${scored}) WINDOW cohort AS (PARTITION BY ${day})`
}

const dayUs = 86_400_000_000

/** From the table `scored` to the table `placed`: `id`, `place` (train, gap, test, or why it is left out), `is_whole`. */
export function placeSql(plan: SplitPlan, hasGroup: boolean): readonly string[] {
  const place =
    plan.kind === 'hash'
      ? `CASE WHEN score < ${plan.below} THEN 'test' ELSE 'train' END`
      : `CASE WHEN score >= ${plan.cut} THEN 'test' WHEN score >= ${plan.trainEnd} THEN 'gap' ELSE 'train' END`
  const select = `SELECT id, group_key, coalesce(reason, ${place}) AS place, reason IS NULL AS is_whole FROM scored`
  if (!hasGroup) return [`CREATE TEMP TABLE placed AS ${select}`]
  return [
    `CREATE TEMP TABLE ungrouped AS ${select}`,
    `CREATE TEMP TABLE placed AS
     SELECT id, is_whole, CASE WHEN place = 'train' AND t.group_key IS NOT NULL
       THEN ${quoteText(reasons.groupInTest)} ELSE place END AS place
     FROM ungrouped LEFT JOIN (SELECT DISTINCT group_key FROM ungrouped WHERE place = 'test') t USING (group_key)`,
  ]
}

interface SampledBy {
  /** Parquet with the rows, and the quoted names of their id and their target. */
  readonly file: string
  readonly id: string
  readonly column: string
}

/**
 * Keeps so many of the rows that are in a set and marks the others `not in the sample`: of each set and class (of a number:
 * each tenth of its range by rank) its share, by a hash of the id, so that a larger sample holds the smaller one. The first
 * of each set and class come before all others.
 */
export function sampleSql(rows: number, { file, id, column }: SampledBy, { name, task }: ModelPolicy): string {
  const target = `r.${column}`
  const stratum = task === 'regression' ? `ntile(10) OVER (PARTITION BY p.place ORDER BY ${target})` : target
  return `UPDATE placed SET place = ${quoteText(reasons.notSampled)}, is_whole = false
    WHERE is_whole AND id NOT IN (
      SELECT id FROM (
        SELECT id, place, stratum, hash,
          (row_number() OVER of_stratum - 1) / count(*) OVER (PARTITION BY place, stratum) AS share
        FROM (
          SELECT p.id, p.place, ${stratum} AS stratum, ${hashSql(name, 'CAST(p.id AS VARCHAR)')} AS hash
          FROM placed p JOIN read_parquet(${quotePath(file)}) r ON r.${id} = p.id WHERE p.is_whole
        )
        WINDOW of_stratum AS (PARTITION BY place, stratum ORDER BY hash)
      )
      ORDER BY share, hash, place, id LIMIT ${rows}
    )`
}

function momentSql(time: string, type: TimeType): string {
  return type === 'integer' ? time : `epoch_us(CAST(${time} AS TIMESTAMP))`
}

/** The first 52 bits of a SHA-256: a number that a double holds. */
function hashSql(salt: string, key: string): string {
  return `CAST('0x' || substr(sha256(${quoteText(`${salt}:`)} || ${key}), 1, 13) AS BIGINT)`
}
