import type { DecisionReport } from '../report/report-decision.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag } from './fields.ts'
import { forceFields, readForce } from './force-fields.ts'

export const decide = defineCommand({
  name: 'decide',
  group: 'retrain',
  summary: 'Say whether the model should be retrained now, and why.',
  example: 'plumbline decide',
  inputs: {
    ...forceFields,
    'no-fetch': flag({ description: 'Takes the files of remote sources as they lie there, without fetching' }),
  },
  outputs: {
    verdict: '`retrain` or `wait`',
    'landed-data': 'SHA-256 of the data that lies there now',
    'new-rows': 'Labelled rows that the pinned snapshot does not hold',
    reason: 'Why, in one line',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files', 'runs-user-code'],

  async run({ force, reason, 'no-fetch': noFetch }, context): Promise<Outcome<DecisionReport>> {
    const { openGitHubClient } = await import('../github/client.ts')
    const { repositoryFolder } = await import('../registry/local-git.ts')
    const { decideRetrain } = await import('../retrain/decide-retrain.ts')
    const { gatherFacts, seeData } = await import('./retrain-facts.ts')
    const forced = readForce({ force, reason })
    const seen = await seeData(context, !noFetch)
    if (!seen.ok) return { kind: 'diagnosed', diagnostics: seen.diagnostics }
    await using connection = await context.openGitHub(await repositoryFolder(context.folder))
    const client = await openGitHubClient(connection, context.signal)
    const known = await gatherFacts(context, client, seen.value)
    if (!known.ok) return { kind: 'diagnosed', diagnostics: known.diagnostics }
    const { facts } = known.value
    const { project, snapshot } = seen.value
    const decision = decideRetrain(project.retrain, facts, forced)
    const { added, removed, changed } = snapshot
    const result = { ...decision, model: project.model.name, facts, changes: { added, removed, changed } }
    return { kind: 'done', result }
  },

  async report(result) {
    const { reportDecision } = await import('../report/report-decision.ts')
    return reportDecision(result)
  },
})
