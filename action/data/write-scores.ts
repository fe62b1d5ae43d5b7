import { access, mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

import { openEngine } from './engine.ts'
import { copyTo } from './make-features.ts'
import { quoteList, quoteName, quoteText } from './quote.ts'
import { belowLimit } from './route-rows.ts'

/** One model's answers: Parquet of id, prediction, probabilities and `model`. */
export interface Answered {
  readonly tag: string
  readonly file: string
}

export interface ScoresToWrite {
  readonly id: string
  readonly parts: readonly Answered[]
  /** Absolute; Parquet, or CSV by its ending. */
  readonly to: string
  /** A segment of the prediction log, absolute. */
  readonly log: string | undefined
  /** ISO 8601. */
  readonly at: string
  /** How rows were dealt; undefined where there is one model. */
  readonly route:
    | {
        readonly salt: string
        readonly limit: string
        readonly candidate: string
        readonly stable: string
        /** Why the candidate answered none. */
        readonly failure: string | null
      }
    | undefined
}

/** Writes the answers of all models, in the order of the ids, and the log; each appears whole or not at all. Tag → rows. */
export async function writeScores(scores: ScoresToWrite): Promise<ReadonlyMap<string, number>> {
  const { id, parts, to, log } = scores
  await using engine = await openEngine()
  const all = `read_parquet(${quoteList(parts.map(({ file }) => file))}, union_by_name = true)`
  const put = async (path: string, select: string) => {
    const draft = `${path}.${process.pid}.draft`
    await mkdir(dirname(path), { recursive: true })
    try {
      const isCsv = path.endsWith('.csv')
      await engine.run(isCsv ? `COPY (${select}) TO ${quoteText(draft)} (FORMAT csv)` : copyTo(draft, select))
      await rename(draft, path)
    } finally {
      await rm(draft, { force: true })
    }
  }
  // First, so that answers which somebody may act on are never without their record.
  if (log !== undefined && !(await isThere(log))) await put(log, logSelect(scores, all))
  await put(to, `SELECT * FROM ${all} ORDER BY ${quoteName(id)}`)
  const counted = await engine.query<{ model: string; n: number }>(
    `SELECT model, count(*) AS n FROM ${all} GROUP BY model`,
  )
  return new Map(counted.map(({ model, n }) => [model, n]))
}

/** `routed`: whose row it was; `model`: who answered it. */
function logSelect({ id, at, route, parts }: ScoresToWrite, all: string): string {
  const name = quoteName(id)
  const only = quoteText(parts[0]?.tag ?? '')
  const isCandidates = route && belowLimit(id, route)
  const routed = route
    ? `CASE WHEN ${isCandidates} THEN ${quoteText(route.candidate)} ELSE ${quoteText(route.stable)} END`
    : only
  const failure = route?.failure
    ? `CASE WHEN ${isCandidates} THEN ${quoteText(route.failure)} END`
    : 'CAST(NULL AS VARCHAR)'
  return `SELECT CAST(${quoteText(at)} AS TIMESTAMP) AS at, ${routed} AS routed, ${failure} AS failure, * FROM ${all} ORDER BY ${name}`
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
