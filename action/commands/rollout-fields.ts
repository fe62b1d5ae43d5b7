import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import type { RolloutResult } from '../report/report-rollout.ts'
import type { RolloutWish } from '../rollout/next-deployment.ts'
import type { CommandContext } from './define-command.ts'
import { integer, requiredText, text } from './fields.ts'
import { withGitHub } from './known-releases.ts'
import { versionWords } from './registry-fields.ts'

/** How the release is named that a rollout is about. */
export const releaseWords = { description: versionWords, example: 'parcels-v12', positional: true } as const

/** Inputs that several commands about a rollout have. */
export const rolloutFields = {
  release: requiredText(releaseWords),
  deployment: text({
    description: 'What the model is rolled out to: the branch plumbline/deploy/NAME',
    example: 'staging',
    default: 'production',
  }),
  share: integer({
    description: 'Percent of the rows that the candidate answers, 1 to 99; to start with 5, to promote all',
    example: '25',
    minimum: 1,
  }),
  predictionLog: text({
    description: 'Folder of the prediction log, which tells who answered which row',
    example: 'log',
  }),
  note: text({ description: 'Why, for the record', example: 'twice the complaints since Monday' }),
}

/** Of every command that changes one. */
export const changeFields = { deployment: rolloutFields.deployment, note: rolloutFields.note }

export const rolloutOutputs = {
  live: 'Tag of the release that is live',
  candidate: 'Tag of the release that is being rolled out; empty where there is none',
  share: 'Percent of the rows that the candidate answers; 0 where there is none',
}

/** The environment's name, fit to be part of a branch's. */
export function deploymentNamed(given: string | undefined): string {
  const name = given ?? 'production'
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) return name
  throw new Fault(
    'cli/bad-input',
    `Cannot roll out to "${name}": it is no name; expected small letters, digits and -, at most 40`,
    { remedy: 'For example: --deployment production' },
  )
}

export function shareBelow100(share: number | undefined): number | undefined {
  if (share === undefined || share < 100) return share
  throw new Fault('cli/bad-input', `Cannot give a candidate ${share} %: expected a share from 1 to 99`, {
    remedy: 'For everybody: plumbline rollout promote RELEASE, without --share',
  })
}

export interface Asked {
  /** As a person names it; undefined where the state says what is meant. */
  readonly release: string | undefined
  readonly deployment: string | undefined
  readonly note: string | undefined
  readonly wishOf: (tag: string | undefined) => RolloutWish
}

/** Finds the release, writes the state by compare-and-swap, then the ledger: run again after a kill, it ends the same. */
export async function changeRollout(
  { release, deployment, note, wishOf }: Asked,
  context: CommandContext,
): Promise<RolloutResult> {
  const environment = deploymentNamed(deployment)
  const { readCodeState } = await import('../pipeline/read-code-state.ts')
  const { readTrigger } = await import('../pipeline/read-trigger.ts')
  const { recordDeployment } = await import('../registry/record-deployment.ts')
  const { changeDeployment, readDeployment } = await import('../rollout/deploy-branch.ts')
  const { nextDeployment } = await import('../rollout/next-deployment.ts')
  const { wordDeployed } = await import('../report/report-rollout.ts')
  return withGitHub(context, async (client) => {
    const { model, tag } = await meant(client, context, release)
    const { user } = await readCodeState(context.folder)
    const actor = readTrigger(context.environment, user).actor
    const wisher = { at: context.now().toISOString(), actor, ...(note !== undefined && { reason: note }) }
    // Whoever made the last change may have been killed before it was recorded.
    const before = await readDeployment(client, { model, environment })
    if (before) await recordDeployment(client, environment, before)
    const { state, isNew } = await changeDeployment(client, { model, environment }, (now) => {
      const next = nextDeployment(model, now, wishOf(tag), wisher)
      if (next.kind === 'same') return next
      if (next.kind === 'change') return { ...next, message: wordDeployed(next.state, environment) }
      const message = `Cannot roll "${next.tag}" ${wordsOf[wishOf(tag).kind]} in ${environment}: ${next.why}`
      throw new Fault('rollout/refused', message, { remedy: next.remedy, stays: 'nothing was changed' })
    })
    await recordDeployment(client, environment, state)
    return { environment, model, state, isNew, calls: client.calls() }
  })
}

const wordsOf = { start: 'out', promote: 'out further', rollback: 'back' } as const

async function meant(
  client: GitHubClient,
  context: CommandContext,
  release: string | undefined,
): Promise<{ readonly model: string; readonly tag: string | undefined }> {
  if (release === undefined) return { model: await modelHere(context), tag: undefined }
  const { aliasesIn } = await import('../registry/aliases.ts')
  const { findVersion } = await import('../registry/find-version.ts')
  const { readLedger } = await import('../registry/ledger.ts')
  const { publishedIn } = await import('../registry/record-published.ts')
  const { records } = await readLedger(client)
  return findVersion(publishedIn(records), aliasesIn(records), release)
}

/** Of plumbline.yaml in this folder. */
export async function modelHere({ folder }: CommandContext): Promise<string> {
  const { readProject } = await import('../project/read-project.ts')
  const project = await readProject(folder)
  if (project.ok) return project.value.model.name
  const [first] = project.diagnostics
  throw new Fault('cli/bad-input', first?.message ?? 'Cannot read plumbline.yaml', {
    remedy: first?.remedy ?? 'Run it in the model’s folder.',
  })
}
