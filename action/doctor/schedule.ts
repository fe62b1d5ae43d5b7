import { Cron } from 'croner'

import type { Seen } from '../github/settings/seen.ts'
import type { MeasuredRun } from '../github/settings/workflow-settings.ts'
import type { CostPolicy } from '../project/project.ts'
import type { WorkflowFile } from '../project/workflow-file.ts'

export interface ScheduleCost {
  readonly path: string
  /** Of a mean month. */
  readonly starts: number
  readonly minutesEach: number
  readonly minutes: number
  /** Where `minutesEach` comes from. */
  readonly basis: string
  /** Of a month; undefined where no price is set. */
  readonly price: number | undefined
  readonly currency: string | undefined
}

/** Nobody measured anything yet: a job that checks out, installs and asks takes about so long. */
const assumedMinutesAJob = 2
const monthsAYear = 12
/** A year without a leap day, fixed, so that the same schedule costs the same whenever it is asked. */
const year = { from: new Date('2025-01-01T00:00:00Z'), until: new Date('2026-01-01T00:00:00Z') }

/** Starts in a mean month; undefined where the text is no schedule of GitHub's five fields. */
export function startsPerMonth(cron: string): number | undefined {
  const schedule = parse(cron)
  if (!schedule) return undefined
  let starts = 0
  // Every five minutes is the most that GitHub takes, every minute the most that can be written.
  for (let at = schedule.nextRun(new Date(year.from.getTime() - 1)); at && at < year.until; at = schedule.nextRun(at))
    starts++
  return starts / monthsAYear
}

/** Whether some start falls on :00 or :30. */
export function startsWhenBusy(cron: string): boolean {
  const minute = cron.trim().split(/\s+/)[0] ?? ''
  const everyDay = parse(`${minute} * * * *`)
  if (!everyDay) return false
  return everyDay.nextRuns(60, new Date(year.from.getTime() - 1)).some((at) => at.getUTCMinutes() % 30 === 0)
}

/** Undefined where the workflow has no schedule that can be read. */
export function monthlyMinutes(
  { path, triggers, jobs }: WorkflowFile,
  measured: Seen<readonly MeasuredRun[]> | undefined,
  prices: Pick<CostPolicy, 'currency' | 'perMinute'> | undefined,
): ScheduleCost | undefined {
  const crons = triggers?.['schedule']?.crons ?? []
  const counts = crons.flatMap((cron) => startsPerMonth(cron) ?? [])
  if (counts.length === 0) return undefined
  const starts = counts.reduce((sum, count) => sum + count, 0)
  const runs = measured?.kind === 'seen' ? measured.value : []
  const assumed = Math.max(1, jobs.length) * assumedMinutesAJob
  const minutesEach = runs.length > 0 ? runs.reduce((sum, run) => sum + run.minutes, 0) / runs.length : assumed
  const basis =
    runs.length > 0
      ? `mean of the last ${runs.length}`
      : measured?.kind === 'unseen'
        ? `assumed ${assumedMinutesAJob} a job: past runs cannot be seen`
        : `assumed ${assumedMinutesAJob} a job: no run yet`
  const minutes = starts * minutesEach
  const aMinute =
    prices &&
    priceOf(
      jobs.map(({ runner }) => runner),
      prices.perMinute,
    )
  return {
    path,
    starts,
    minutesEach,
    minutes,
    basis,
    price: aMinute === undefined ? undefined : minutes * aMinute,
    currency: prices?.currency,
  }
}

/** The mean over the jobs; undefined where one has none. */
function priceOf(runners: readonly (string | undefined)[], perMinute: CostPolicy['perMinute']): number | undefined {
  const prices = runners.map((runner) => (runner === undefined ? undefined : perMinute[runner]) ?? perMinute['default'])
  if (prices.length === 0) return undefined
  let sum = 0
  for (const price of prices) {
    if (price === undefined) return undefined
    sum += price
  }
  return sum / prices.length
}

function parse(cron: string): Cron | undefined {
  if (cron.trim().split(/\s+/).length !== 5) return undefined
  try {
    return new Cron(cron, { paused: true, timezone: 'UTC', mode: '5-part' })
  } catch {
    return undefined
  }
}
