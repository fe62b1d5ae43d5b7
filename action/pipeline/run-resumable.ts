import type { Progress } from '../base/progress.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import { wordKept, wordResumed } from '../report/word-checkpoints.ts'
import { checkpointVariable, listCheckpoint, withCheckpointFolder } from './checkpoint-folder.ts'
import { type CheckpointExchange, receiveCheckpoint } from './exchange-checkpoints.ts'
import { keepWhile } from './keep-checkpoint.ts'
import { refuseSecrets } from './refuse-secrets.ts'
import { mayHandOnRows } from './row-privacy.ts'
import { runAttempts } from './run-attempts.ts'
import type { ProgramRun } from './run-stage.ts'
import { checkpointSender } from './send-checkpoints.ts'

export interface Resumable {
  readonly run: ProgramRun
  readonly cacheKey: string
  /** The workflow run's; only in a workflow. */
  readonly artifacts: ArtifactStore | undefined
  /** Begins anew, whatever is there. */
  readonly isFresh: boolean
}

const defaultEveryMs = 600_000

/**
 * Runs a stage's attempts with a folder for checkpoints that outlives them, this process and, in a workflow, this machine.
 * Throws what the attempts throw.
 */
export async function runResumable(
  { run, cacheKey, artifacts, isFresh }: Resumable,
  workFolder: string,
): ReturnType<typeof runAttempts> {
  const place = { folder: run.project.folder, stage: run.name, cacheKey }
  return await withCheckpointFolder({ ...place, isFresh }, async (folder) => {
    const exchange = artifacts && (await openExchange(run, artifacts, place))
    if (!(await tellContent(folder, run, wordResumed)) && exchange && !isFresh) {
      if (await receiveCheckpoint(exchange)) await tellContent(folder, run, wordResumed)
    }
    const variables = { ...run.variables, [checkpointVariable]: folder }
    const work = () => runAttempts({ ...run, variables }, workFolder)
    const { checkpointEveryMs: everyMs = defaultEveryMs } = run.stage
    try {
      if (!exchange) return await work()
      return await keepWhile({ send: checkpointSender(exchange), everyMs, signal: run.signal }, work)
    } catch (error) {
      // What cannot be read is told where it is asked for.
      await tellContent(folder, run, wordKept).catch(() => undefined)
      throw error
    }
  })
}

/** Undefined where what travels would be public and must not be. */
async function openExchange(
  run: ProgramRun,
  artifacts: ArtifactStore,
  place: CheckpointExchange['place'],
): Promise<CheckpointExchange | undefined> {
  const { project, stage, caller, progress } = run
  if (!(await mayHandOnRows(project, caller))) return undefined
  const attempt = Number(caller['GITHUB_RUN_ATTEMPT'] ?? 1)
  const secrets = Object.fromEntries(stage.secrets.map((name) => [name, caller[name] ?? '']))
  const refuse = (draft: string) => refuseSecrets(run, secrets, draft, { checkpoint: '.' })
  return { artifacts, place, model: project.model.name, attempt, progress, refuse }
}

async function tellContent(
  folder: string,
  { name, progress }: { readonly name: string; readonly progress: Progress },
  word: (stage: string, files: number, bytes: number) => string,
): Promise<boolean> {
  const { files, bytes } = await listCheckpoint(folder)
  if (files.length > 0) progress.note(word(name, files.length, bytes))
  return files.length > 0
}
