import { Fault } from '../base/fault.ts'
import type { PinnedFile } from '../data/fetch-snapshot.ts'
import type { Learned } from '../drift/learned.ts'
import type { StoredReference } from '../drift/stored-reference.ts'
import type { JudgedNewRows } from '../pipeline/judge-new-rows.ts'
import type { PredictionTold, WindowsReport } from '../report/report-windows.ts'
import type { CommandContext, Outcome } from './define-command.ts'
import { liveRelease, predictionReferenceOf, referenceOf } from './live-reference.ts'
import type { SeenSnapshot } from './retrain-facts.ts'
import { deploymentNamed } from './rollout-fields.ts'

export interface WindowInputs {
  readonly deployment: string | undefined
  readonly isRecorded: boolean
  readonly isFetched: boolean
  /** The folder of the prediction log; undefined where predictions are not to be judged. */
  readonly predictionLog: string | undefined
}

/** Judges the closed windows of the rows that are not pinned, beside what the release learned that is live. */
export async function driftOfWindows(inputs: WindowInputs, context: CommandContext): Promise<Outcome<WindowsReport>> {
  const { pushHead } = await import('../registry/local-git.ts')
  const { readLedger } = await import('../registry/ledger.ts')
  const { driftRecordsIn, recordDrift } = await import('../registry/record-drift.ts')
  const { judgeNewRows } = await import('../pipeline/judge-new-rows.ts')
  const { seeSnapshot } = await import('./retrain-facts.ts')
  const { withGitHub } = await import('./known-releases.ts')
  const environment = deploymentNamed(inputs.deployment)
  const seen = await seeSnapshot(context, inputs.isFetched)
  if (!seen.ok) return { kind: 'diagnosed', diagnostics: seen.diagnostics }
  const { project, contracts, pinned, snapshot } = seen.value
  const { name, id } = project.model
  const log = inputs.predictionLog === undefined ? null : await logOf(context, inputs.predictionLog, id)
  const told = { model: name, environment, policy: project.drift }
  const why = await withoutWindows(seen.value)
  if (why !== undefined) return { kind: 'no', result: { ...told, kind: 'no windows', why } }

  return await withGitHub(context, async (client): Promise<Outcome<WindowsReport>> => {
    if (client.connection.isEmbedded && inputs.isRecorded) await pushHead(client.connection, context.folder)
    const { records } = await readLedger(client)
    const live = await liveRelease(client, records, name, environment)
    const { owner, repository, isEmbedded } = client.connection
    if (!live) return { kind: 'no', result: { ...told, kind: 'nothing released' } }
    const reference = await referenceOf(client, live.record, seen.value, context)
    if (!reference.ok) return { kind: 'diagnosed', diagnostics: reference.diagnostics }
    const release = live.record.tag
    const { stored, source } = reference.value
    const others = [...contracts.whole.columns, ...stored.columns].map((column) => column.name)
    const prediction = log ? await predictionReferenceOf(client, live.record, others, context) : undefined
    const learned = { inputs: stored, ...(prediction && { prediction }) }
    const known = driftRecordsIn(records, name).filter(({ finding }) => finding.release === release)
    const past = known.flatMap(({ windows }) => windows)
    const asked = {
      ...{ project, contracts, files: snapshot.files, release, learned, past, log: prediction && log ? log : [] },
      pinned: await pinnedFiles(seen.value, context),
      pinnedUntil: pinned?.until ?? null,
      now: context.now(),
    }
    const judged = await judgeNewRows(asked, context.signal)
    if (!judged.ok) return { kind: 'diagnosed', diagnostics: judged.diagnostics }
    const { answers, ...found } = judged.value
    const { finding, windows, judgedNow } = found
    const isRecorded =
      inputs.isRecorded &&
      finding !== undefined &&
      judgedNow > 0 &&
      (await recordDrift(client, name, { finding, windows: windows.slice(-judgedNow) }, await stampOf(context)))
    const result = {
      ...told,
      kind: 'judged' as const,
      release,
      isLive: live.isLive,
      where: { isEmbedded, name: `${owner}/${repository}` },
      learned: { source, ...spanOf(stored) },
      prediction: predictionTold(log !== null, learned, answers),
      ...found,
      isRecorded,
      calls: client.calls(),
    }
    const isNo = !finding || finding.verdict === 'drift' || finding.verdict === 'insufficient data'
    return { kind: isNo ? 'no' : 'done', result }
  })
}

/** Why no windows can be made: durations need moments, and a year only orders. */
async function withoutWindows({ project, contracts }: SeenSnapshot): Promise<string | undefined> {
  const { isDated } = await import('../data/count-contract-blocks.ts')
  const { time } = project.model
  if (time === undefined) return 'model.time is not set'
  const column = contracts.whole.columns.find(({ name }) => name === time)
  return column && isDated(column) ? undefined : `"${time}" is no date or timestamp`
}

async function pinnedFiles(
  { project, pinned, snapshot }: SeenSnapshot,
  context: CommandContext,
): Promise<readonly PinnedFile[]> {
  if (!pinned) return []
  const { earlierFiles } = await import('../data/count-new-rows.ts')
  return (await earlierFiles(project, pinned, snapshot, context.signal, context)).features
}

async function logOf({ folder }: CommandContext, log: string, id: string | undefined) {
  const { findPredictionLog } = await import('../data/find-prediction-log.ts')
  if (id !== undefined) return await findPredictionLog(folder, log)
  throw new Fault(
    'cli/bad-input',
    `Cannot read the prediction log "${log}": no column names the rows; expected an id`,
    {
      remedy: 'Name it in plumbline.yaml, model: { id: COLUMN }; or leave out --prediction-log.',
    },
  )
}

function predictionTold(isAsked: boolean, { prediction }: Learned, answers: JudgedNewRows['answers']): PredictionTold {
  if (!isAsked) return { kind: 'no log' }
  const column = prediction?.columns[0]?.name
  if (!prediction || !answers || column === undefined) return { kind: 'not kept' }
  return { kind: 'judged', column, learned: spanOf(prediction), ...answers }
}

function spanOf({ blocks, blockMs }: StoredReference) {
  return {
    blockMs,
    blocks: blocks.length,
    rows: blocks.reduce((sum, { rows }) => sum + rows, 0),
    sinceMs: blocks[0]?.sinceMs ?? 0,
    untilMs: blocks.at(-1)?.untilMs ?? 0,
  }
}

async function stampOf(context: CommandContext) {
  const { readCodeState } = await import('../pipeline/read-code-state.ts')
  const { readTrigger } = await import('../pipeline/read-trigger.ts')
  const { user } = await readCodeState(context.folder)
  return { at: context.now().toISOString(), actor: readTrigger(context.environment, user).actor }
}
