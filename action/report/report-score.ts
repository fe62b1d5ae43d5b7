import type { DeploymentState } from '../project/deployment-state.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'

export interface ScoreResult {
  readonly model: string
  readonly environment: string
  readonly state: DeploymentState
  readonly rows: number
  readonly answered: readonly { readonly tag: string; readonly rows: number }[]
  /** Why the candidate's rows were answered by the stable release; null where they were not. */
  readonly failure: string | null
  readonly to: string
  /** The segment of the prediction log; null where none was asked for. */
  readonly log: string | null
  /** Requests that it took. */
  readonly calls: number
}

export function reportScore(result: ScoreResult): Report {
  const { model, environment, state, rows, answered, failure, to, log } = result
  const candidate = state.candidate?.tag
  const rowsOf = (tag: string | undefined) => answered.find((part) => part.tag === tag)?.rows ?? 0
  const shares = answered.map(({ tag, rows: own }) => {
    const share = rows === 0 ? 0 : (100 * own) / rows
    const asked = tag === candidate ? ` of ${state.candidate?.share ?? 0} % asked` : ''
    return [tag, formatCount(own), `${share.toFixed(1)} %${asked}`] as const
  })
  const warning = failure === null ? [] : [`${candidate ?? 'the candidate'} could not answer: ${failure}`]
  return {
    text: ownLines([
      `ANSWERED  ${formatCount(rows)} rows of ${model} in ${environment}`,
      ...shares.map(([tag, own, share]) => `  ${tag}  ${own}  ${share}`),
      ...warning.map((line) => `  ! ${plainText(line)}; the stable release did`),
      `  written   ${plainText(to)}${log === null ? '' : ` · log ${plainText(log)}`}`,
    ]),
    markdown: [
      `## Answered: ${formatCount(rows)} rows of ${markdownText(model)} in ${markdownText(environment)}`,
      markdownTable(
        ['release', 'rows', 'share'],
        shares.map(([tag, own, share]) => [markdownCode(tag), own, share]),
        ['left', 'right', 'right'],
      ),
      ...warning.map((line) => `**${markdownText(line)}** The stable release answered.`),
    ].join('\n\n'),
    outputs: {
      rows: String(rows),
      'candidate-rows': String(rowsOf(candidate)),
      'candidate-failed': String(failure !== null),
    },
  }
}
