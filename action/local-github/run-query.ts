import { invalidRequest } from './refusal.ts'
import type { StoredRun } from './stored-runs.ts'

/** What the query of a list of runs asks for. `status` means a run's status or its conclusion. */
export function runQuery(query: URLSearchParams): (run: StoredRun) => boolean {
  const asks = (name: string, ...values: readonly (string | null)[]) => {
    const wanted = query.get(name)
    return wanted === null || values.includes(wanted)
  }
  const isCreated = createdIn(query.get('created'))
  return (run) =>
    asks('branch', run.branch) &&
    asks('event', run.event) &&
    asks('actor', run.actor) &&
    asks('head_sha', run.sha) &&
    asks('status', run.status, run.conclusion) &&
    asks('check_suite_id', String(run.id)) &&
    isCreated(run.createdAt)
}

/** `2025-01-01..2025-02-01`, `>=2025-01-01T06:00:00Z`, `<2025-01-01`, `2025-01-01`; either end of a range may be `*`. */
export function createdIn(text: string | null): (createdAt: string) => boolean {
  const [first, last] = boundsOf(text)
  return (createdAt) => {
    const at = Date.parse(createdAt)
    return at >= first && at <= last
  }
}

function boundsOf(text: string | null): readonly [firstMs: number, lastMs: number] {
  const [never, ever] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (text === null || text === '') return [never, ever]
  const [, from, until] = /^(\S+)\.\.(\S+)$/.exec(text) ?? []
  if (from !== undefined && until !== undefined) {
    return [from === '*' ? never : startOf(from), until === '*' ? ever : endOf(until)]
  }
  const [, sign = '', moment = ''] = /^(>=|<=|>|<|)(.+)$/.exec(text) ?? []
  if (sign === '>=') return [startOf(moment), ever]
  if (sign === '>') return [endOf(moment) + 1, ever]
  if (sign === '<=') return [never, endOf(moment)]
  return sign === '<' ? [never, startOf(moment) - 1] : [startOf(moment), endOf(moment)]
}

function startOf(moment: string): number {
  const at = Date.parse(moment)
  if (Number.isNaN(at)) throw invalidRequest(`For 'created', "${moment}" is no date.`)
  return at
}

/** A day without a time is the whole of it. */
function endOf(moment: string): number {
  return startOf(moment) + (/^\d{4}-\d{2}-\d{2}$/.test(moment) ? 86_400_000 - 1 : 0)
}
