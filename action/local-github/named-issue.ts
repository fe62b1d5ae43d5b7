import { isRecord } from '../base/is-record.ts'
import { textsOf } from './body-fields.ts'
import { type Exchange, param } from './exchange.ts'
import { notFound } from './refusal.ts'
import type { State } from './state.ts'
import type { StoredIssue } from './stored-issue.ts'

export function requireIssue(state: State, exchange: Exchange): StoredIssue {
  const number = Number(param(exchange, 'issue_number'))
  const issue = state.discussion.issues.find((known) => known.number === number)
  if (!issue) throw notFound()
  return issue
}

/** Names of labels, alone or as objects that hold them. */
export function namesIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return textsOf(value ?? undefined, 'labels')
  return textsOf(
    value.map((item: unknown) => (isRecord(item) ? item['name'] : item)),
    'labels',
  )
}
