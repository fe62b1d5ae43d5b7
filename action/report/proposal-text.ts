import type { ChangedFile } from '../data/compare-snapshots.ts'
import type { Snapshot } from '../data/take-snapshot.ts'
import type { RetrainVerdict } from '../retrain/decide-retrain.ts'
import type { JudgedLeaf } from '../retrain/judge-triggers.ts'
import { commentBudget, fitSections } from './fit-markdown.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount, formatSeconds, formatShare } from './numbers.ts'
import { decisionTable } from './report-decision.ts'
import { wordChanges, wordLeftOut, wordOddities, wordSchema } from './word-changes.ts'
import { causesIn, wordReason, wordTrigger } from './word-decision.ts'
import { driftTable, markdownDriftTrigger, markdownMetricTrigger } from './word-finding.ts'

/** What a retrain pull request tells. */
export interface ProposalFacts {
  readonly model: string
  readonly decision: RetrainVerdict
  readonly snapshot: Snapshot
  readonly previousDigest: string | null
  readonly newRows: number
  readonly labelledRows: number
  /** Names of the gates. */
  readonly gates: readonly string[]
  /** Whether the model is fitted a second time once the gates pass. */
  readonly refits: boolean
  /** Minutes that the newest run took; null where none is known. */
  readonly minutes: number | null
  readonly branch: string
}

/** Our own words alone: a squash makes it the message of a commit, in which a mention or `fixes #1` would act. */
export function proposalTitle({ model, decision, newRows }: ProposalFacts): string {
  const rows = newRows > 0 ? `${formatCount(newRows)} new rows` : 'other data'
  const { trigger } = decision
  if (trigger === 'manual') return `Retrain ${model}: asked for by hand`
  if (trigger === 'performance') return `Retrain ${model}: it predicts worse, ${rows}`
  if (trigger !== 'drift') return `Retrain ${model}: ${rows}`
  const columns = causesIn(decision.condition).reduce(
    (sum, cause) => sum + (cause.kind === 'drift' ? cause.confirmed : 0),
    0,
  )
  return `Retrain ${model}: ${formatCount(columns)} ${columns === 1 ? 'column' : 'columns'} drifted, ${rows}`
}

/** Whether a title still is one of ours. */
export function isProposalTitle(title: string, model: string): boolean {
  const start = `Retrain ${model}: `
  if (!title.startsWith(start)) return false
  const why = /^(?:asked for by hand|(?:it predicts worse, |[\d,]+ columns? drifted, )?(?:other data|[\d,]+ new rows))$/
  return why.test(title.slice(start.length))
}

/** The commit's message; what stands behind `Plumbline-Lock:` is git's name of the lock that it writes. */
export function proposalMessage(model: string, digests: readonly [string | null, string], lock: string): string {
  return `Retrain ${model}: data ${wordDigests(digests)}\n\nPlumbline-Lock: ${lock}\n`
}

const maxFiles = 20

/** Why now, what changed, what comes next, what it costs and how to say no. Fits GitHub's limit whatever the data is. */
export function proposalBody(facts: ProposalFacts): string {
  const { model, decision, snapshot, previousDigest, newRows, labelledRows, branch } = facts
  const changes = wordChanges(snapshot)
  const notes = [
    ...wordSchema(snapshot.schema),
    ...wordLeftOut({ ...snapshot.leftOut, files: snapshot.leftOut.paths.length }),
    ...wordOddities(snapshot.oddities),
  ]
  const causes = causesIn(decision.condition)
  const drifted = causes.filter((cause) => cause.kind === 'drift')
  const share = labelledRows > 0 ? newRows / labelledRows : 0
  const sections = [
    [0, `**Retrain ${markdownText(model)}** · \`data.lock.yaml\` ${wordDigests([previousDigest, snapshot.digest])}`],
    [1, `**Why now.** ${sentence(decision)}`],
    [
      3,
      `**Data.** ${markdownText(changes)}. ${formatCount(newRows)} labelled rows are new, of ${formatCount(labelledRows)} (${formatShare(share)}); counted by content, so that copies are not new.`,
    ],
    [6, drifted.map(driftTable).join('\n\n')],
    [8, notes.map((note) => `- ${markdownText(note)}`).join('\n')],
    [9, fileTable(snapshot)],
    [
      4,
      `**Candidate.** The checks of this pull request train it on this data and judge it${wordGates(facts.gates)}; how it did stands here once they have ended and Plumbline looks again.${facts.refits ? ' Once the gates pass it is fitted again on the whole window, the new rows included.' : ''}`,
    ],
    [5, `**Cost.** ${wordCost(facts)}`],
    [
      2,
      '**Merge** to release it. **Close** to say no: this data will not be proposed again, newer data will. **Edit** the branch and it is yours: it will be left alone.',
    ],
    [10, details('Every trigger and limit', decisionTable(decision))],
    [7, details('How to reproduce', `\`git switch ${branch}\`, then \`plumbline run\`.`)],
  ] as const
  return fitSections(
    sections.flatMap(([rank, markdown]) => (markdown === '' ? [] : [{ rank, markdown }])),
    bodyBudget,
    'The run that wrote this has all of it in its summary.',
  ).trimEnd()
}

/** What a mark and the words before a body take from GitHub's limit. */
const besideRoom = 8192
const bodyBudget = { ...commentBudget, limit: commentBudget.limit - besideRoom }

/** What an issue says where the token may open no pull request. */
export function proposalIssue(facts: ProposalFacts, compareUrl: string): string {
  return [
    `Plumbline may not open this pull request, so that its branch waits: [open it](${compareUrl}).`,
    'In the repository’s settings, under Actions › General › Workflow permissions, *Allow GitHub Actions to create and approve pull requests* lets Plumbline open the next one; the job needs `pull-requests: write`.',
    '---',
    proposalBody(facts),
  ].join('\n\n')
}

/** Said where a proposal is closed because nothing speaks for it any more. */
export function closingText(why: 'same data' | 'no reason', decision: RetrainVerdict): string {
  if (why === 'same data')
    return 'Closed: the default branch pins this data already, so that there is nothing to merge.'
  return `Closed: its reason went away. ${markdownText(wordReason({ ...decision, limits: [] }))}.`
}

/** Said under an issue that a pull request took the place of. */
export function supersededText(pull: number): string {
  return `Closed: pull request #${pull} is open.`
}

function sentence(decision: RetrainVerdict): string {
  if (decision.forced !== null) return `A person asks for it: ${markdownText(decision.forced)}.`
  const sentences = causesIn(decision.condition).map(markdownCause)
  return sentences.length === 0 ? 'A trigger fired.' : sentences.join(' ')
}

function markdownCause(cause: JudgedLeaf): string {
  if (cause.kind === 'drift') return markdownDriftTrigger(cause)
  if (cause.kind === 'metric') return markdownMetricTrigger(cause)
  const words = wordTrigger(cause)
  return `${markdownText(words.charAt(0).toUpperCase() + words.slice(1))}.`
}

function wordDigests([from, to]: readonly [string | null, string]): string {
  return `${from === null ? 'none' : from.slice(0, 8)} → ${to.slice(0, 8)}`
}

function wordGates(gates: readonly string[]): string {
  if (gates.length === 0) return '; there is no gate'
  const shown = gates.slice(0, 8).map(markdownCode).join(', ')
  return ` by ${gates.length === 1 ? 'the gate' : `${gates.length} gates:`} ${shown}${gates.length > 8 ? ', …' : ''}`
}

function wordCost({ refits, minutes }: ProposalFacts): string {
  const fits = refits ? '2 trainings' : '1 training'
  return minutes === null
    ? `${fits}; no run is known yet that tells how long.`
    : `${fits}, about ${formatSeconds(60 * minutes)} as the newest run took.`
}

function fileTable({ added, removed, changed }: Snapshot): string {
  const rows = [...rowsOf('new', added), ...rowsOf('changed', changed), ...rowsOf('gone', removed)]
  if (rows.length === 0) return ''
  const table = markdownTable(['', 'file', 'rows', 'times', 'size'], rows.slice(0, maxFiles), [
    'left',
    'left',
    'right',
    'left',
    'right',
  ])
  const more = rows.length - maxFiles
  return more > 0 ? `${table}\n\n… and ${formatCount(more)} more: see the lock.` : table
}

const longestPath = 200

function rowsOf(what: string, files: readonly ChangedFile[]): readonly string[][] {
  return files.map(({ path, bytes, rows, since, until }) => [
    what,
    markdownCode(path.length > longestPath ? `${path.slice(0, longestPath)}…` : path),
    rows === undefined ? '' : formatCount(rows),
    since && until ? markdownText(`${since} … ${until}`) : '',
    formatBytes(bytes),
  ])
}

function details(summary: string, text: string): string {
  return `<details><summary>${summary}</summary>\n\n${text}\n\n</details>`
}
