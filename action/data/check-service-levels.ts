import { type AgeLimit, isClassified, type TableRule } from '../project/contract.ts'
import type { DescribedTable } from './check-references.ts'
import type { ContractCheck } from './contract-result.ts'
import type { Engine } from './engine.ts'
import { momentText } from './event-time.ts'
import { quoteName, quoteText } from './quote.ts'
import { feedingColumn, typedRelation } from './read-source.ts'

type AgeRule = TableRule & { readonly kind: 'freshness' | 'retention' }

/**
 * How old a table's newest row and its oldest rows are, counted back from `now`. Without one, as where a pinned snapshot is
 * looked at again, nothing is checked: it was fresh when it was pinned.
 */
export async function checkServiceLevels(
  engine: Engine,
  table: DescribedTable,
  now: Date | undefined,
): Promise<ContractCheck[]> {
  const checks: ContractCheck[] = []
  for (const rule of table.contract.tableRules) {
    if (rule.kind === 'freshness' || rule.kind === 'retention') checks.push(await checkAge(engine, rule, table, now))
  }
  return checks
}

async function checkAge(
  engine: Engine,
  rule: AgeRule,
  { contract, files, rows }: DescribedTable,
  now: Date | undefined,
): Promise<ContractCheck> {
  const { line, severity = 'error', dimension = 'timeliness', ...promise } = rule
  const base = { column: rule.column, promise, line, rows, tolerance: null, severity, dimension, samples: [] }
  const column = contract.columns.find(({ name }) => name === rule.column)
  const isThere = column && files.some((file) => feedingColumn(file, column))
  if (now === undefined || !isThere) return { ...base, outcome: 'skipped', failing: 0, missingIn: [] }

  const moment = `CAST(${quoteName(column.name)} AS TIMESTAMP)`
  const oldest = `CAST(${quoteText(before(now, rule.limit).toISOString().replace('Z', ''))} AS TIMESTAMP)`
  const [found] = await engine.query<{ newest: string | null; old: number; isFresh: boolean | null }>(
    `SELECT ${momentText('timestamp', `max(${moment})`)} AS newest, count(*) FILTER (WHERE ${moment} < ${oldest}) AS old,
       max(${moment}) >= ${oldest} AS "isFresh"
     FROM ${typedRelation(files, { ...contract, columns: [column] })}`,
  )
  const isKept = rule.kind === 'freshness' ? found?.isFresh === true : found?.old === 0
  return {
    ...base,
    outcome: isKept ? 'pass' : 'fail',
    failing: isKept ? 0 : rule.kind === 'freshness' ? rows : (found?.old ?? 0),
    missingIn: [],
    ...(rule.kind === 'freshness' && found?.newest && !isClassified(column) && { newest: found.newest }),
  }
}

/** A moment so much earlier, by the calendar in UTC: a month before March 31 is the last of February. */
export function before(now: Date, { count, unit }: AgeLimit): Date {
  const months = unit === 'month' ? count : unit === 'year' ? count * 12 : 0
  if (months === 0 || !Number.isInteger(months)) return new Date(now.getTime() - count * unitMs[unit])
  const moved = new Date(now)
  moved.setUTCMonth(moved.getUTCMonth() - months)
  // Day 31 of a shorter month has run over into the next.
  if (moved.getUTCDate() !== now.getUTCDate()) moved.setUTCDate(0)
  return moved
}

const dayMs = 86_400_000
const unitMs: Readonly<Record<AgeLimit['unit'], number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: dayMs,
  week: 7 * dayMs,
  month: 30.4375 * dayMs,
  year: 365.25 * dayMs,
}
