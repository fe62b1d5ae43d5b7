import type { CostPolicy } from '../project/project.ts'
import type { JobRecord, RunRecord } from './run-record.ts'

/** What executions took. */
export interface Spent {
  /** On a workflow's runners: each job's wall clock, rounded up to whole minutes as GitHub bills them. */
  readonly billedMinutes: number
  /** On terminals: of the stages that ran. */
  readonly localMinutes: number
  /** Of the minutes that have a price, in the project's currency; null where none has one. */
  readonly money: number | null
  /** Billed minutes on runners without a price. */
  readonly unpricedMinutes: number
}

export const nothing: Spent = { billedMinutes: 0, localMinutes: 0, money: null, unpricedMinutes: 0 }

/** What one execution took. What came from the cache took nothing; a runner bills its job all the same. */
export function costOf(record: RunRecord, { perMinute }: Pick<CostPolicy, 'perMinute'>): Spent {
  return jobsOf(record)
    .map((job) => costOfJob(job, perMinute))
    .reduce(addSpent, nothing)
}

export function addSpent(one: Spent, other: Spent): Spent {
  return {
    billedMinutes: one.billedMinutes + other.billedMinutes,
    localMinutes: one.localMinutes + other.localMinutes,
    money: one.money === null ? other.money : one.money + (other.money ?? 0),
    unpricedMinutes: one.unpricedMinutes + other.unpricedMinutes,
  }
}

/** Whether the model was fitted, and not only fetched from the cache or judged. */
export function hasTrained(record: RunRecord): boolean {
  return jobsOf(record).some(({ ran }) => ran.includes('train') || ran.includes('refit'))
}

/** Whether a workflow's runner did a part of it. */
export function isBilled(record: RunRecord): boolean {
  return jobsOf(record).some(({ runner }) => runner !== undefined)
}

function costOfJob({ runner, seconds, workSeconds }: JobRecord, prices: CostPolicy['perMinute']): Spent {
  const price = priceOf(runner, prices)
  if (runner === undefined) {
    const localMinutes = workSeconds / 60
    return { ...nothing, localMinutes, money: price === undefined ? null : price * localMinutes }
  }
  // A job that was killed before it could say how long it took was billed a minute at least.
  const billedMinutes = Math.max(1, Math.ceil(seconds / 60))
  if (price === undefined) return { ...nothing, billedMinutes, unpricedMinutes: billedMinutes }
  return { ...nothing, billedMinutes, money: price * billedMinutes }
}

/**
 * Of the first label that has a price, else the default. `local` prices a terminal; a terminal or a runner of one's own has
 * none without a price of its own, as GitHub bills neither.
 */
function priceOf(runner: readonly string[] | undefined, prices: CostPolicy['perMinute']): number | undefined {
  const label = (runner ?? ['local']).find((name) => Object.hasOwn(prices, name))
  if (label !== undefined) return prices[label]
  return runner === undefined || runner.includes('self-hosted') ? undefined : prices['default']
}

/** A record from before jobs were kept has its stages alone. */
function jobsOf(record: RunRecord): readonly JobRecord[] {
  if (record.jobs !== undefined) return record.jobs
  const ran = record.stages.filter(({ outcome }) => outcome === 'done' || outcome === 'failed')
  const workSeconds = ran.reduce((sum, { seconds }) => sum + seconds, 0)
  const { startedAt } = record
  return [{ job: 'run', startedAt, seconds: workSeconds, ran: ran.map(({ name }) => name), workSeconds }]
}
