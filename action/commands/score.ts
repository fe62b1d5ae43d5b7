import { join, resolve } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { ReleasedModel } from '../pipeline/open-released-model.ts'
import type { DeploymentState } from '../project/deployment-state.ts'
import type { ScoreResult } from '../report/report-score.ts'
import type { ScoringModel } from '../serving/score-rows.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { list, requiredText } from './fields.ts'
import { deploymentNamed, modelHere, rolloutFields } from './rollout-fields.ts'

export const score = defineCommand({
  name: 'score',
  group: 'rollout',
  summary: 'Answer rows by the releases that are live: the candidate its share, the stable one the rest.',
  example: "plumbline score --rows 'data/today/*.csv' --predictions today.parquet --prediction-log log",
  inputs: {
    rows: list({
      description: 'Files of rows to be answered, as globs in this folder',
      example: 'data/today/*.csv',
    }),
    predictions: requiredText({
      description: 'File to be written: id, prediction, probabilities, model; .parquet or .csv',
      example: 'today.parquet',
    }),
    'prediction-log': rolloutFields.predictionLog,
    deployment: rolloutFields.deployment,
  },
  outputs: {
    rows: 'How many rows were answered',
    'candidate-rows': 'How many of them by the candidate',
    'candidate-failed': '`true` where the candidate could not answer and the stable release did',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files', 'runs-user-code'],

  async run({ rows, predictions: to, 'prediction-log': log, deployment }, context): Promise<Outcome<ScoreResult>> {
    refuseBadWishes(rows, to)
    const environment = deploymentNamed(deployment)
    const model = await modelHere(context)
    const { canonicalJson } = await import('../base/canonical-json.ts')
    const { sha256 } = await import('../base/sha256.ts')
    const { scoreRows } = await import('../serving/score-rows.ts')
    const live = await openLive(context, model, environment)
    await using _served = live
    const { stable, candidate, state } = live
    const files = await filesOf(context, stable, rows)
    const work = await workFolder()
    await using _work = work
    const what = {
      rows: files.features.map(({ sha256: digest }) => digest),
      stable: state.stable.tag,
      candidate: state.candidate,
    }
    const segment =
      log === undefined
        ? undefined
        : `score-${sha256(canonicalJson(JSON.parse(JSON.stringify(what)))).slice(0, 16)}.parquet`
    const scored = await scoreRows({
      stable: scoring(stable),
      candidate: candidate && { ...scoring(candidate), share: state.candidate?.share ?? 0 },
      files,
      workFolder: work.folder,
      to: resolve(context.folder, to),
      log: log === undefined || segment === undefined ? undefined : resolve(context.folder, log, segment),
      at: context.now().toISOString(),
      progress: context.progress,
      signal: context.signal,
    })
    if (!scored.ok) return { kind: 'diagnosed', diagnostics: scored.diagnostics }
    const places = { to, log: log === undefined || segment === undefined ? null : join(log, segment) }
    return { kind: 'done', result: { model, environment, state, ...scored.value, ...places, calls: live.calls } }
  },

  async report(result) {
    const { reportScore } = await import('../report/report-score.ts')
    return reportScore(result)
  },
})

function refuseBadWishes(rows: readonly string[], to: string): void {
  if (rows.length === 0) {
    throw new Fault('cli/missing-input', 'Cannot score: there are no rows; expected --rows', {
      remedy: "For example: --rows 'data/today/*.csv'",
    })
  }
  if (/\.(parquet|csv)$/.test(to)) return
  throw new Fault('cli/bad-input', `Cannot write "${to}": its ending is unknown; expected .parquet or .csv`, {
    remedy: 'For example: --predictions today.parquet',
  })
}

interface Live extends AsyncDisposable {
  readonly state: DeploymentState
  readonly stable: ReleasedModel
  readonly candidate: ReleasedModel | undefined
  /** Requests that it took. */
  readonly calls: number
}

/** Reads what is live, and brings it here. */
async function openLive(context: CommandContext, model: string, environment: string): Promise<Live> {
  const { openGitHubClient } = await import('../github/client.ts')
  const { openReleasedModel } = await import('../pipeline/open-released-model.ts')
  const { fetchServing } = await import('../registry/fetch-serving.ts')
  const { readLedger } = await import('../registry/ledger.ts')
  const { repositoryFolder } = await import('../registry/local-git.ts')
  const { publishedIn } = await import('../registry/record-published.ts')
  const { readDeployment } = await import('../rollout/deploy-branch.ts')
  await using connection = await context.openGitHub(await repositoryFolder(context.folder))
  const client = await openGitHubClient(connection, context.signal)
  const state = await readDeployment(client, { model, environment })
  if (!state) {
    throw new Fault('serving/nothing-live', `Cannot score by "${model}": nothing of it is live in ${environment}`, {
      remedy: 'Start with plumbline rollout start RELEASE.',
    })
  }
  const releases = publishedIn((await readLedger(client)).records)
  const opened: AsyncDisposable[] = []
  const dispose = async () => {
    for (const one of opened) await one[Symbol.asyncDispose]()
  }
  const open = async (tag: string) => {
    const record = releases.find((release) => release.tag === tag)
    if (!record) {
      throw new Fault('serving/cannot-serve', `Cannot serve "${tag}": the ledger knows no such release`, {
        remedy: 'plumbline registry list shows what there is.',
      })
    }
    const { folder, progress, signal, environment: caller } = context
    const files = await fetchServing(client, record, join(folder, '.plumbline/served'), { progress, signal })
    opened.push(files)
    const world = { caller, logFolder: join(folder, '.plumbline/logs/score'), progress, signal }
    return await openReleasedModel({ tag, ...files }, world)
  }
  try {
    const stable = await open(state.stable.tag)
    const candidate = state.candidate ? await open(state.candidate.tag) : undefined
    return { state, stable, candidate, calls: client.calls(), [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** The rows, and the tables that are joined onto them as this folder holds them now. */
async function filesOf({ folder }: CommandContext, { project }: ReleasedModel, rows: readonly string[]) {
  const { findSourceFiles } = await import('../data/find-source-files.ts')
  const { hashFiles } = await import('../data/hash-files.ts')
  const { globsOf } = await import('../project/read-sources.ts')
  const { encoding, sources } = project.data
  const pinned = async (globs: readonly string[]) =>
    await hashFiles(folder, await findSourceFiles(folder, globs, encoding), { isPartial: true })
  const joined: Record<string, Awaited<ReturnType<typeof pinned>>> = {}
  for (const source of sources.slice(1)) joined[source.name] = await pinned(globsOf(source))
  return { features: await pinned(rows), labels: [], joined }
}

function scoring(released: ReleasedModel): ScoringModel {
  return { ...released, model: released.project.model, contract: released.contracts.whole }
}

async function workFolder() {
  const { mkdtemp, rm } = await import('node:fs/promises')
  const { tmpdir } = await import('node:os')
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-score-'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
