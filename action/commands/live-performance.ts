import { join } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { SourceFile } from '../data/source-file.ts'
import type { StoredRows } from '../data/write-stored-rows.ts'
import type { DriftFinding } from '../drift/drift-finding.ts'
import type { GitHubClient } from '../github/client.ts'
import type { InputDrift, PerformanceFound, StretchOfTime } from '../pipeline/performance-found.ts'
import type { Project } from '../project/project.ts'
import type { JudgedCohort, Performance } from '../registry/record-performance.ts'
import type { CommandContext } from './define-command.ts'
import type { ChosenMetric } from './followed-metrics.ts'
import { deploymentNamed } from './rollout-fields.ts'

export interface LiveAsked {
  /** What of the project is followed. */
  readonly choose: (project: Project) => readonly ChosenMetric[]
  /** Finds the prediction log. */
  readonly findCurrent: () => Promise<readonly SourceFile[]>
  /** What is known of the inputs where somebody said it. */
  readonly inputs: InputDrift | undefined
  readonly deployment: string | undefined
  readonly isRecorded: boolean
}

export interface LiveFound {
  readonly chosen: readonly ChosenMetric[]
  /** Of each, in their order. */
  readonly found: readonly PerformanceFound[]
  readonly model: string
  /** Whether this call added a record; null where it was not to. */
  readonly recorded: boolean | null
}

/** Follows the release that is live: its stored judgement beside its own answers in the log, and labels of the project. */
export async function followLive(asked: LiveAsked, context: CommandContext): Promise<Read<LiveFound>> {
  const { readProject } = await import('../project/read-project.ts')
  const { readContracts } = await import('../project/read-contract.ts')
  const { withGitHub } = await import('./known-releases.ts')
  const read = await readProject(context.folder)
  if (!read.ok) return read
  const project = read.value
  const contracts = await readContracts(project)
  if (!contracts.ok) return contracts
  const { id, name } = project.model
  const chosen = asked.choose(project)
  // Nothing to follow is no error: a workflow asks every day.
  if (chosen.length === 0) return { ok: true, value: { chosen, found: [], model: name, recorded: null } }
  if (id === undefined) throw withoutId(name)
  return await withGitHub(context, async (client): Promise<Read<LiveFound>> => {
    const { followPerformance } = await import('../pipeline/follow-performance.ts')
    const { readLedger } = await import('../registry/ledger.ts')
    const { firstDeployedMs } = await import('../registry/record-deployment.ts')
    const { driftIn } = await import('../registry/record-drift.ts')
    const model = project.model.name
    const environment = deploymentNamed(asked.deployment)
    const { records } = await readLedger(client)
    const { tag, ...stored } = await liveJudgement(client, { model, environment }, context)
    const finding = driftIn(records, model)
    const { positive, target, task } = project.model
    const followed = await followPerformance(
      {
        reference: { kind: 'stored', ...stored },
        current: await asked.findCurrent(),
        labels: await labelFiles(project),
        labelContract: contracts.value.whole,
      },
      {
        watched: chosen,
        nowMs: context.now().getTime(),
        columns: { id, target, time: 'at' },
        task,
        positive,
        release: tag,
        deployedMs: firstDeployedMs(records, { model, environment, tag }),
        inputsOf: (stretch) => asked.inputs ?? inputsBeside(finding, tag, stretch),
      },
      context.signal,
    )
    if (!followed.ok) return followed
    const recorded = asked.isRecorded ? await record(client, model, tag, followed.value, context) : null
    return { ok: true, value: { chosen, found: followed.value, model, recorded } }
  })
}

/** The judged rows that the live release keeps. Throws `serving/nothing-live` and `serving/no-judgement`. */
async function liveJudgement(
  client: GitHubClient,
  place: { readonly model: string; readonly environment: string },
  { folder, progress, signal }: CommandContext,
): Promise<StoredRows & { readonly tag: string; readonly file: string }> {
  const { readStoredPredictions } = await import('../data/stored-predictions.ts')
  const { keptAssets } = await import('../registry/kept-assets.ts')
  const { readLedger } = await import('../registry/ledger.ts')
  const { publishedIn } = await import('../registry/record-published.ts')
  const { readDeployment } = await import('../rollout/deploy-branch.ts')
  const state = await readDeployment(client, place)
  if (!state) {
    throw new Fault(
      'serving/nothing-live',
      `Cannot follow "${place.model}": nothing of it is live in ${place.environment}; expected a release`,
      { remedy: 'Start with plumbline rollout start RELEASE, or name judged rows with --reference.' },
    )
  }
  const { tag } = state.stable
  const release = publishedIn((await readLedger(client)).records).find((known) => known.tag === tag)
  const name = 'predictions.parquet'
  if (!release || !Object.hasOwn(release.assets, name)) {
    throw new Fault(
      'serving/no-judgement',
      `Cannot follow "${tag}": it keeps no judged predictions; expected the asset "${name}"`,
      { remedy: 'On a public repository that takes privacy.public: true; else name judged rows with --reference.' },
    )
  }
  const keep = join(folder, '.plumbline/served')
  const [path = ''] = (await keptAssets(client, release, [name], keep, { progress, signal })) ?? []
  const { rows } = await readStoredPredictions(path, signal)
  return { tag, rows, file: name, path, salt: release.runKey }
}

/** Files that hold the id and the target: the labels, or else the rows themselves. */
async function labelFiles({ folder, data }: Project): Promise<readonly SourceFile[]> {
  const { findSourceFiles } = await import('../data/find-source-files.ts')
  const { globsOf } = await import('../project/read-sources.ts')
  return await findSourceFiles(folder, data.labels?.source ?? globsOf(data.sources[0]), data.encoding)
}

/** What the ledger knows of the inputs beside the same release, where it reaches into the stretch. */
export function inputsBeside(
  finding: DriftFinding | undefined,
  tag: string,
  stretch: StretchOfTime | undefined,
): InputDrift {
  if (finding?.release !== tag) return { kind: 'unknown', why: 'drift was not judged beside this release' }
  if (stretch && Date.parse(finding.until) <= Date.parse(stretch.since)) {
    return { kind: 'unknown', why: `drift was judged until ${finding.until.slice(0, 10)} only` }
  }
  const inputs = finding.columns.filter(({ isPrediction }) => !isPrediction)
  const columns = inputs.flatMap(({ name, standing }) => (standing === 'confirmed' ? [name] : []))
  if (columns.length > 0) return { kind: 'drift', columns }
  if (finding.verdict === 'insufficient data') {
    return { kind: 'unknown', why: 'too little data to say whether inputs drift' }
  }
  return { kind: 'none' }
}

async function record(
  client: GitHubClient,
  model: string,
  release: string,
  followed: readonly PerformanceFound[],
  { environment, folder, now }: CommandContext,
): Promise<boolean> {
  const { readCodeState } = await import('../pipeline/read-code-state.ts')
  const { readTrigger } = await import('../pipeline/read-trigger.ts')
  const { recordPerformance } = await import('../registry/record-performance.ts')
  const { user } = await readCodeState(folder)
  const stamp = { at: now().toISOString(), actor: readTrigger(environment, user).actor }
  let isNew = false
  for (const found of followed) {
    if (await recordPerformance(client, recordOf(model, release, found), stamp)) isNew = true
  }
  return isNew
}

/** What the ledger keeps: the judged cohorts with their verdicts, and no row. */
export function recordOf(model: string, release: string, found: PerformanceFound): Performance {
  const { metric, better, sql, rule, reference, cause, inputs } = found
  const { limit, overMs, windowMs } = rule
  const cohorts = found.cohorts.flatMap((cohort): readonly JudgedCohort[] => {
    const { stretch, predicted, labelled, until } = cohort
    if (!stretch) return []
    const { since, rows, drop, interval, verdict } = stretch
    return [{ cohortSince: cohort.since, since, until, rows, predicted, labelled, drop, interval, verdict }]
  })
  const columns = inputs.kind === 'drift' ? inputs.columns : []
  return { model, release, metric, better, sql, limit, overMs, windowMs, reference, cohorts, cause, columns }
}

function withoutId(model: string): Fault {
  return new Fault(
    'serving/no-judgement',
    `Cannot follow "${model}": it has no id; expected one, by which predictions find their labels`,
    { remedy: 'Name it in plumbline.yaml: model: { id: COLUMN }.' },
  )
}
