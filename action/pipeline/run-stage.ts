import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { canonicalJson } from '../base/canonical-json.ts'
import { Fault } from '../base/fault.ts'
import { shortestMasked, textsToMask } from '../base/mask-secrets.ts'
import type { Progress } from '../base/progress.ts'
import type { ProgramStage, Project } from '../project/project.ts'
import { wordChangedFiles, wordCutLog, wordLeftRunning } from '../report/word-stages.ts'
import { collectOutputs, subjectOf } from './collect-outputs.ts'
import { knownSecrets } from './known-secrets.ts'
import { launchProgram } from './launch-program.ts'
import { layInputs, layReads, nameOutputs } from './lay-room.ts'
import { refuseSecrets } from './refuse-secrets.ts'
import { removeFolder } from './remove-folder.ts'
import { type ProgramRun as Execution, runProgram } from './run-program.ts'
import type { StageEnvironment } from './stage-environment.ts'
import { fullDiskFault, isFullDisk, stageFault } from './stage-fault.ts'
import type { StageMeter } from './stage-meter.ts'
import type { StageWork } from './stage-result.ts'
import { threadLimits } from './supervise.ts'
import { changedMarks, markFiles } from './watch-files.ts'

/** Rooms are named by their process, so that those of a killed one are found and removed. */
export const roomPrefix = 'plumbline-room-'

export interface ProgramRun {
  readonly project: Project
  readonly stage: ProgramStage
  /** As shown and logged: `train`, or `refit` for the second fit. */
  readonly name: string
  /** As messages name it; default: `stage "NAME"`. */
  readonly subject?: string
  /** The files that the stage may read: path relative to the project → SHA-256. */
  readonly reads: Readonly<Record<string, string>>
  /** Files of the project that no stage should change; default: its reads. */
  readonly watched?: readonly string[]
  /** Needed stage → what its `PLUMBLINE_IN_…` points to: output name → absolute path. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Needed stages with more outputs than are given here. */
  readonly inFolders?: ReadonlySet<string>
  readonly environment: StageEnvironment | undefined
  /** `PLUMBLINE_*` beyond those that every program gets. */
  readonly variables?: Readonly<Record<string, string>>
  readonly caller: Readonly<Record<string, string | undefined>>
  readonly logFile: string
  /** Which execution this is, from 1; default: 1. */
  readonly attempt?: number
  /** Told what each execution took, however it ended. */
  readonly meter?: StageMeter
  readonly progress: Progress
  readonly signal: AbortSignal
}

/**
 * Runs one of the user's stages in a folder of its own, outside the project, which holds its reads and its inputs and
 * nothing else; then brings its outputs into `workFolder/out`.
 */
export async function runStage(run: ProgramRun, workFolder: string): Promise<Pick<StageWork, 'outputs'>> {
  const { project, stage, progress, name, logFile, signal } = run
  const room = await mkdtemp(join(tmpdir(), `${roomPrefix}${process.pid}-`))
  try {
    const folders = {
      files: join(room, 'files'),
      inputs: join(room, 'in'),
      home: join(room, 'home'),
      temp: join(room, 'tmp'),
    }
    for (const folder of Object.values(folders)) await mkdir(folder)
    await layReads(project.folder, run.reads, folders.files, subjectOf(run))
    const watched = run.watched ?? Object.keys(run.reads)
    const marks = await markFiles(project.folder, watched)
    if (run.environment?.modules) await symlink(run.environment.modules, join(room, 'node_modules'), 'junction')
    const secrets = Object.fromEntries(stage.secrets.map((secret) => [secret, requireSecret(run, secret)]))
    const launch = await launchProgram(run, room, {
      caller: run.caller,
      binFolders: run.environment?.binFolders ?? [],
      home: folders.home,
      temp: folders.temp,
      env: { ...threadLimits(stage.resources?.cpu), ...stage.env },
      secrets: stage.secrets,
      plumbline: {
        ...(await layInputs(run.inputs, folders.inputs, run.inFolders)),
        ...(await nameOutputs(stage, folders.files)),
        PLUMBLINE_PARAMS: canonicalJson(project.params),
        PLUMBLINE_SEED: String(project.environment.seed),
        ...run.environment?.variables,
        ...run.variables,
      },
    })
    await mkdir(dirname(logFile), { recursive: true })
    await rm(logFile, { force: true })
    const execution = await runProgram({
      command: launch.command,
      folder: folders.files,
      room,
      environment: launch.environment,
      logFile,
      // What another stage was given may have come here in its outputs.
      masked: textsToMask([...Object.values(secrets), ...knownSecrets(project, run.caller)]),
      signal,
      tell: (line) => progress.update(name, line),
      ...(stage.timeoutMs !== undefined && { timeoutMs: stage.timeoutMs }),
      ...(stage.resources && { limits: stage.resources }),
    })
    run.meter?.add(execution)
    await launch.end(execution.end)
    const changed = changedMarks(marks, await markFiles(project.folder, watched))
    if (changed.length > 0) progress.warn(wordChangedFiles(subjectOf(run), changed))
    if (execution.end.kind !== 'done') throw stageFault(run, execution)
    warnOf(run, execution)
    const outputs = await keepOutputs(run, folders.files, join(workFolder, 'out'))
    await refuseSecrets(run, secrets, join(workFolder, 'out'), outputs)
    return { outputs }
  } finally {
    await removeFolder(room)
  }
}

function requireSecret(run: ProgramRun, name: string): string {
  const value = run.caller[name]
  if (value && value.trim().length >= shortestMasked) return value
  if (value) {
    throw new Fault(
      'pipeline/no-secret',
      `Cannot run ${subjectOf(run)}: its secret ${name} has fewer than ${shortestMasked} characters, which no log can hide; expected a longer one`,
      { remedy: `Take a longer secret; what is none belongs under env:.` },
    )
  }
  throw new Fault(
    'pipeline/no-secret',
    `Cannot run ${subjectOf(run)}: its secret ${name} is not set; expected it in the environment`,
    {
      remedy: `In a workflow, give the step env: ${name}; on a terminal, export ${name}=….`,
    },
  )
}

/** What the reader should look at, though the stage ended well. */
function warnOf({ progress, ...run }: ProgramRun, { left, log }: Execution): void {
  if (left.length > 0) progress.warn(wordLeftRunning(subjectOf(run), left))
  if (log.problem !== undefined) progress.warn(wordCutLog(subjectOf(run), log.problem))
}

async function keepOutputs(run: ProgramRun, files: string, to: string): Promise<Record<string, string>> {
  try {
    return await collectOutputs(run, files, to)
  } catch (error) {
    throw isFullDisk(error) ? fullDiskFault(run, error) : error
  }
}
