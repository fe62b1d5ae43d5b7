import type { DeploymentState } from '../project/deployment-state.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'

export interface RolloutResult {
  readonly environment: string
  readonly model: string
  /** Null where nothing was ever live. */
  readonly state: DeploymentState | null
  /** This call changed it. */
  readonly isNew: boolean
  /** Requests that it took. */
  readonly calls: number
}

export function reportRollout({ environment, model, state, isNew }: RolloutResult): Report {
  const outputs = {
    live: state?.stable.tag ?? '',
    candidate: state?.candidate?.tag ?? '',
    share: String(state?.candidate?.share ?? 0),
  }
  if (!state) {
    const verdict = `Nothing of ${model} is live in ${environment}`
    return {
      text: plainText(verdict),
      markdown: `## ${markdownText(verdict)}`,
      outputs,
      next: 'plumbline rollout start RELEASE',
    }
  }
  const { last } = state
  const rows = rowsOf(state)
  const happened = last && `${wordAct(state)} by ${last.actor}, ${minuteOf(last.at)}${reasonOf(last.reason)}`
  const verdict = `${isNew ? 'DONE' : 'AS IT IS'}  ${wordSplit(state)}`
  return {
    text: ownLines([
      `${model} · ${environment}`,
      verdict,
      ...rows.map(([name, tag, since]) => `  ${name.padEnd(10)}${tag}${since === '' ? '' : `  ${since}`}`),
      ...(happened === undefined ? [] : [`  ${'last'.padEnd(10)}${plainText(happened)}`]),
    ]),
    markdown: [
      `## ${markdownText(model)} in ${markdownText(environment)}: ${markdownText(wordSplit(state))}`,
      markdownTable(
        ['', 'release', 'since'],
        rows.map(([name, tag, since]) => [name, markdownCode(tag), markdownText(since)]),
      ),
      ...(happened === undefined ? [] : [`Last: ${markdownText(happened)}.`]),
    ].join('\n\n'),
    outputs,
    ...nextOf(state),
  }
}

/** The message of the commit that makes a state: our own words alone, for a mention, `fixes #1` or `[skip ci]` would act; the reason stands in the state. */
export function wordDeployed(state: DeploymentState, environment: string): string {
  return `${state.model} in ${environment}: ${wordAct(state)}`
}

function wordSplit({ stable, candidate }: DeploymentState): string {
  if (!candidate) return `${versionOf(stable.tag)} answers everything`
  return `${versionOf(candidate.tag)} answers ${candidate.share} %, ${versionOf(stable.tag)} the rest`
}

function wordAct({ last, stable, candidate }: DeploymentState): string {
  if (!last) return 'changed by hand'
  const version = versionOf(last.tag)
  switch (last.did) {
    case 'first':
      return `${version} is live, the first of all`
    case 'started':
    case 'shared':
      return `${version} answers ${candidate?.share ?? 0} %`
    case 'promoted':
      return `${version} is live for all`
    case 'withdrawn':
      return `${version} is taken back, ${versionOf(stable.tag)} stays live`
    case 'restored':
      return `back from ${version} to ${versionOf(stable.tag)}`
  }
}

function rowsOf({ stable, previous, candidate }: DeploymentState): readonly (readonly [string, string, string])[] {
  return [
    ['live', stable.tag, sinceOf(stable)],
    ...(candidate ? [['candidate', candidate.tag, `${candidate.share} %${sinceOf(candidate, ' ')}`] as const] : []),
    ...(previous ? [['before', previous.tag, ''] as const] : []),
  ]
}

function nextOf({ candidate, previous }: DeploymentState): Pick<Report, 'next'> {
  if (candidate) {
    const version = versionOf(candidate.tag)
    return { next: `plumbline rollout promote ${version}   or   plumbline rollout rollback ${version}` }
  }
  return previous ? { next: 'plumbline rollout rollback   where it turns out worse' } : {}
}

function sinceOf(release: Readonly<Record<string, unknown>>, before = ''): string {
  const { since } = release
  return typeof since === 'string' ? `${before}since ${minuteOf(since)}` : ''
}

function minuteOf(moment: string): string {
  return plainText(moment).replace('T', ' ').slice(0, 16)
}

function reasonOf(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${plainText(reason)}`
}

/** `parcels-v12` */
function versionOf(tag: string): string {
  return tag.replace(/-g[0-9a-f]{8}-d[0-9a-f]{8}$/, '')
}
