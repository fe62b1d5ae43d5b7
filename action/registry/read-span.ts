import { Fault } from '../base/fault.ts'

/** A time, ISO 8601 in UTC: from the first moment up to, and without, the second; null leaves an end open. */
export interface Span {
  readonly from: string | null
  readonly to: string | null
}

/**
 * From moments as people give them: a day (its midnight in UTC), a month (its first midnight), or a time with its zone.
 * Fault: `cli/bad-input`.
 */
export function readSpan(given: { readonly from: string | undefined; readonly to: string | undefined }): Span {
  const { from, to } = given
  const span = {
    from: from === undefined ? null : momentOf('from', from),
    to: to === undefined ? null : momentOf('to', to),
  }
  if (span.from === null || span.to === null || span.from < span.to) return span
  throw new Fault('cli/bad-input', `Cannot use "to": ${to} is not after ${from}; expected a later moment`, {
    remedy: `The second one is where it ends, and not in it: for one day, --from 2025-03-15 --to 2025-03-16.`,
  })
}

function momentOf(input: string, text: string): string {
  const [, day, month] = /^(?:(\d{4}-\d\d-\d\d)|(\d{4}-\d\d))$/.exec(text) ?? []
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)
  const date = new Date(isTime ? text : `${day ?? `${month}-01`}T00:00:00.000Z`)
  // 30 February is some day of March to a Date.
  const isReal =
    !Number.isNaN(date.getTime()) && (isTime ? isDay(text.slice(0, 10)) : date.toISOString().startsWith(text))
  if (isReal) return date.toISOString()
  throw new Fault(
    'cli/bad-input',
    `Cannot use "${input}": it is "${text}"; expected a day, a month, or a time with its zone`,
    { remedy: `For example: --${input} 2025-03-15, 2025-03, or 2025-03-15T06:00:00Z.` },
  )
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00.000Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
