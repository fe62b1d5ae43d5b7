import type { StickyOutcome } from '../github/sticky-comment.ts'
import { plainText } from './terminal.ts'

/** What became of the comment, in one line. */
export function wordComment({ kind, url }: StickyOutcome): string {
  const what = {
    created: 'written',
    updated: 'brought up to date',
    unchanged: 'unchanged',
    newer: 'left to a newer run',
  }
  return `Comment ${what[kind]}: ${plainText(url)}`
}

export function wordNoComment(why: string): string {
  return `No comment: ${plainText(why)}. The same report is in the job’s summary.`
}
