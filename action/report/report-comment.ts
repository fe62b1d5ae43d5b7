import type { StickyOutcome } from '../github/sticky-comment.ts'
import type { Origin, Unreported } from '../pipeline/reported-pull.ts'
import { markdownCode, markdownLink, markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { plainText } from './terminal.ts'
import { wordComment } from './word-comment.ts'

/** The run that is reported. */
export interface CommentedRun {
  readonly id: number
  readonly attempt: number
  readonly workflow: string
  readonly head: string
  /** `mallory/parcels` */
  readonly headRepository: string | null
  readonly page: string
}

export interface CommentResult {
  readonly run: CommentedRun | null
  /** `written`: the comments are there, whether or not this changed them. */
  readonly state: 'written' | Unreported | 'no report'
  /** Number of the pull request that is meant. */
  readonly pull: number | null
  readonly origin: Origin | null
  readonly comments: readonly WrittenComment[]
}

export interface WrittenComment {
  /** Names the comment among those of the pull request: `run/models-price`. */
  readonly key: string
  readonly outcome: StickyOutcome['kind']
  readonly url: string
}

/** Where the reports of a run are, or why they are nowhere. */
export function reportComment(result: CommentResult): Report {
  const { run, comments } = result
  const lines =
    result.state === 'written'
      ? comments.map(({ key, outcome, url }) => `${wordComment({ kind: outcome, url })} (${key})`)
      : []
  const pull = result.pull === null ? '' : `#${result.pull}: `
  const verdict =
    result.state === 'written'
      ? `DONE  ${pull}${comments.length === 1 ? '1 report' : `${comments.length} reports`}`
      : `NONE  ${pull}${whyNot[result.state]}`
  const of = run
    ? `run ${run.id} of ${run.workflow}, ${run.headRepository ?? 'a repository that is gone'}@${run.head.slice(0, 8)}`
    : ''
  return {
    text: [
      plainText(verdict),
      ...(of === '' ? [] : [`  ${plainText(of)}`]),
      ...lines.map((line) => `  ${plainText(line)}`),
    ].join('\n'),
    markdown: [
      `## ${markdownText(verdict.replace(/^\w+ {2}/, ''))}`,
      ...(run ? [markdownLink(of, run.page)] : []),
      ...comments.map(({ key, outcome, url }) => `- ${markdownCode(key)} ${markdownLink(outcome, url)}`),
    ].join('\n\n'),
    outputs: {
      'comment-pull': result.pull === null ? '' : String(result.pull),
      comments: String(comments.length),
    },
  }
}

const whyNot: Readonly<Record<Exclude<CommentResult['state'], 'written'>, string>> = {
  'no run': 'no comment: this repository has no such workflow run',
  'goes on': 'no comment: the run goes on; its report is written when it has ended',
  'no pull request': 'no comment: the run is of no pull request',
  'other workflow': 'no comment: the run is of another workflow than the one whose runs are reported (input workflow)',
  'no head repository': 'no comment: the repository or branch that the run’s code came from is gone',
  'not found': 'no comment: no pull request comes from the branch of the run',
  closed: 'no comment: the pull request is closed',
  'moved on': 'no comment: the pull request has a newer commit, whose run reports it',
  several: 'no comment: several open pull requests have this commit, and GitHub does not say which the run is of',
  'no report': 'no comment: the run left no report',
}
