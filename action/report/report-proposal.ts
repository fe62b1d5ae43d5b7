import type { SnapshotChanges } from '../data/compare-snapshots.ts'
import type { TokenMode } from '../github/token-mode.ts'
import type { RetrainVerdict } from '../retrain/decide-retrain.ts'
import type { Deed, KeptProposal } from '../retrain/keep-proposal.ts'
import type { RetrainFacts } from '../retrain/retrain-facts.ts'
import type { Checks } from '../retrain/start-checks.ts'
import { markdownLink, markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { decisionTable } from './report-decision.ts'
import { ownLines } from './terminal.ts'
import { wordChanges } from './word-changes.ts'
import { wordReason } from './word-decision.ts'
import { wordTokenMode } from './word-token.ts'

export interface ProposalReport extends KeptProposal {
  readonly model: string
  readonly decision: RetrainVerdict
  readonly facts: RetrainFacts
  readonly changes: Pick<SnapshotChanges, 'added' | 'removed' | 'changed'>
  readonly where: { readonly isEmbedded: boolean; readonly name: string }
  /** Null where nothing was to be written, so that nobody asked. */
  readonly token: TokenMode | null
  /** Of the head that this call put on record in a workflow; null elsewhere. */
  readonly checks: Checks | null
  /** The default branch. */
  readonly base: string
  readonly calls: number
}

/** What became of the proposal, why, and what a person can do. */
export function reportProposal(report: ProposalReport): Report {
  const { model, decision, facts, changes, proposal, token, where } = report
  const what = deedOf(report)
  const head = `${headline(report)}  ${model} · ${whyOf(report)}`
  const changed = wordChanges(changes)
  const lines = [
    ...(proposal
      ? [`${proposal.kind === 'pull' ? 'pull request' : 'issue'}  #${proposal.number} ${proposal.url}`]
      : []),
    ...(changed === '' ? [] : [`data  ${changed}`]),
    ...notesOf(report),
    ...(token === null ? [] : [wordTokenMode(token)]),
    `${where.isEmbedded ? 'embedded GitHub' : 'GitHub'}, ${where.name}`,
  ]
  return {
    text: ownLines([head, ...lines.map((line) => `  ${line}`)]),
    markdown: [
      `## ${markdownText(head.replace(/ {2,}/, ': '))}`,
      ...(proposal
        ? [
            `${proposal.kind === 'pull' ? 'Pull request' : 'Issue'} ${markdownLink(`${proposal.number}`, proposal.url)} · ${proposal.state}`,
          ]
        : []),
      lines
        .slice(proposal ? 1 : 0)
        .map((line) => `- ${markdownText(line)}`)
        .join('\n'),
      decisionTable(decision),
    ].join('\n\n'),
    outputs: {
      verdict: proposal?.state === 'open' ? 'open' : 'wait',
      proposal: what,
      'proposal-number': proposal ? String(proposal.number) : '',
      'proposal-url': proposal?.url ?? '',
      'landed-data': facts.data.digest,
      reason: wordReason(decision),
    },
  }
}

function deedOf({ did }: ProposalReport): 'opened' | 'renewed' | 'closed' | 'nothing' {
  const has = (deed: Deed) => did.includes(deed)
  if (has('close')) return 'closed'
  if (has('open')) return 'opened'
  return has('write-branch') || has('tell') || has('tell-judged') ? 'renewed' : 'nothing'
}

function headline(report: ProposalReport): string {
  const { proposal, why } = report
  const words = { opened: 'OPENED', renewed: 'RENEWED', closed: 'CLOSED' } as const
  const what = deedOf(report)
  if (what !== 'nothing') return words[what]
  if (why === 'behind the base') return 'BEHIND'
  return proposal?.state === 'open' ? 'OPEN' : 'WAIT'
}

function whyOf({ why, decision, did, base }: ProposalReport): string {
  if (did.includes('close')) return 'nothing speaks for it any more'
  const reason = wordReason({ ...decision, verdict: decision.fires || decision.forced !== null ? 'retrain' : 'wait' })
  switch (why) {
    case 'waits':
      return wordReason(decision)
    case 'open':
      return reason
    case 'edited':
    case 'edited and stale':
      return 'its branch was edited and is left alone'
    case 'closed before':
      return 'this data was proposed and closed; newer data will be proposed'
    case 'merged before':
      return 'this data was proposed and merged before'
    case 'behind the base':
      return `this checkout is not what ${base} has now, or its token may not push; nothing was written`
  }
}

function notesOf({ why, proposal, token, did, base, checks }: ProposalReport): readonly string[] {
  const notes: string[] = []
  if (why === 'edited and stale')
    notes.push(`the lock on ${base} changed since: merge ${base} into the branch, or close it`)
  if (why === 'behind the base') notes.push(`check out ${base} as it is there, and run it again`)
  if (proposal?.kind === 'issue' && proposal.state === 'open') {
    notes.push(
      'the token may open no pull request: the issue links to the branch. Allow GitHub Actions to create and approve pull requests (Settings › Actions › General), and pull-requests: write',
    )
  }
  if (checks) notes.push(...checkNotes(checks))
  else if (did.length > 0 && token?.kind === 'job' && proposal?.kind === 'pull' && proposal.state === 'open') {
    notes.push(`its checks wait: ${button}`)
  }
  return notes
}

const button = 'a person with write access presses “Approve workflows to run” there'

function checkNotes(checks: Checks): readonly string[] {
  switch (checks.kind) {
    case 'own':
      return []
    case 'dispatched': {
      const when = checks.isNew ? 'were started' : 'had been started'
      const more = checks.runs - 1
      return [
        ...(more > 0
          ? [
              `${more === 1 ? 'one run' : `${more} runs`} of its checks too many: a call that was cut off had started one; cancel what you do not need`,
            ]
          : []),
        `its checks ${when} on its branch, workflow ${checks.workflow}, and report on its head; the run that waits for “Approve workflows to run” is not needed`,
      ]
    }
    case 'waiting':
      return [`its checks wait: ${button}, for ${whyWaiting[checks.because]}`]
  }
}

const whyWaiting = {
  'no workflow': 'no workflow here trains pull requests',
  'no dispatch': 'the workflow has no workflow_dispatch by which they could be started',
  'no permission': 'the job has no permission actions: write by which they could be started',
  refused: 'GitHub refused to start the workflow on the branch',
} as const
