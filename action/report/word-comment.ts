import type { StickyOutcome } from '../github/sticky-comment.ts'
import type { Origin } from '../pipeline/reported-pull.ts'
import { markdownCode, markdownLink, markdownText } from './markdown.ts'
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

/** What stands above a report whose numbers nobody of the repository vouches for, as Markdown; undefined where somebody does. */
export function wordOrigin(origin: Origin, repository: string, head: string, page: string): string | undefined {
  if (origin === 'repository') return undefined
  const [whose, code] =
    origin === 'fork'
      ? [`the run of a fork, ${markdownText(repository)}`, 'Nobody of this repository has reviewed the code']
      : ['the run of Dependabot’s change', 'Nobody has reviewed the packages']
  const which = `${markdownLink('the run', page)} at ${markdownCode(head.slice(0, 8))}`
  return `> **Reported by ${whose}; not verified.** ${code} that came to these numbers: ${which}.`
}

/** `artifact`: the one that the report was left in. */
export function wordNoComment(why: string, artifact?: string): string {
  const left =
    artifact === undefined ? '' : ` and in the artifact ${plainText(artifact)}, from which plumbline comment writes it`
  return `No comment: ${plainText(why)}. The same report is in the job’s summary${left}.`
}
