import { Fault } from '../base/fault.ts'
import type { Period } from './sum-costs.ts'

interface Given {
  readonly since: string | undefined
  readonly until: string | undefined
}

/** From days or months (`2025-03-15`, `2025-03`) to moments in UTC; `until` takes its day or month in. Fault: `cli/bad-input`. */
export function readPeriod({ since, until }: Given): Period {
  const period = {
    since: since === undefined ? null : startOf('since', since, 0),
    until: until === undefined ? null : startOf('until', until, 1),
  }
  if (period.since === null || period.until === null || period.since < period.until) return period
  throw new Fault('cli/bad-input', `Cannot use "until": ${until} ends before ${since} begins; expected a later day`, {
    remedy: 'Exchange them.',
  })
}

/** When the day or month begins, or the one that is `later` after it. */
function startOf(input: string, text: string, later: number): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(text) ?? []
  const date = new Date(`${year}-${month}-${day ?? '01'}T00:00:00.000Z`)
  // 30 February is some day of March to a Date.
  const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  if (!isReal) {
    throw new Fault('cli/bad-input', `Cannot use "${input}": it is "${text}"; expected a day or a month`, {
      remedy: `For example: --${input} 2025-03-15, or 2025-03.`,
    })
  }
  if (day === undefined) date.setUTCMonth(date.getUTCMonth() + later)
  else date.setUTCDate(date.getUTCDate() + later)
  return date.toISOString()
}
