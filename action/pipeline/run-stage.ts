import { constants } from 'node:fs'
import { copyFile, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { canonicalJson } from '../base/canonical-json.ts'
import { Fault } from '../base/fault.ts'
import { shortestMasked, textsToMask } from '../base/mask-secrets.ts'
import type { Progress } from '../base/progress.ts'
import type { ProgramStage, Project } from '../project/project.ts'
import { wordCutLog, wordLeftRunning } from '../report/word-stages.ts'
import { collectOutputs, subjectOf } from './collect-outputs.ts'
import { knownSecrets } from './known-secrets.ts'
import { launchProgram } from './launch-program.ts'
import { variableName } from './program-environment.ts'
import { refuseSecrets } from './refuse-secrets.ts'
import { removeFolder } from './remove-folder.ts'
import { type ProgramRun as Execution, runProgram } from './run-program.ts'
import type { StageEnvironment } from './stage-environment.ts'
import { fullDiskFault, isFullDisk, stageFault } from './stage-fault.ts'
import type { StageMeter } from './stage-meter.ts'
import type { StageWork } from './stage-result.ts'
import { threadLimits } from './supervise.ts'

/** Rooms are named by their process, so that those of a killed one are found and removed. */
export const roomPrefix = 'plumbline-room-'

export interface ProgramRun {
  readonly project: Project
  readonly stage: ProgramStage
  /** As shown and logged: `train`, or `refit` for the second fit. */
  readonly name: string
  /** As messages name it; default: `stage "NAME"`. */
  readonly subject?: string
  /** Paths relative to the project, of the files that the stage may read. */
  readonly reads: readonly string[]
  /** Needed stage → what its `PLUMBLINE_IN_…` points to: output name → absolute path. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, string>>>>
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
    await layReads(project.folder, run.reads, folders.files)
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
        ...(await layInputs(run.inputs, folders.inputs)),
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
    if (execution.end.kind !== 'done') throw stageFault(run, execution)
    warnOf(run, execution)
    const outputs = await keepOutputs(run, folders.files, join(workFolder, 'out'))
    await refuseSecrets(run, secrets, join(workFolder, 'out'), outputs)
    return { outputs }
  } finally {
    await removeFolder(room)
  }
}

async function layReads(projectFolder: string, reads: readonly string[], to: string): Promise<void> {
  for (const path of reads) {
    await mkdir(dirname(join(to, path)), { recursive: true })
    await copyFile(join(projectFolder, path), join(to, path), constants.COPYFILE_FICLONE)
  }
}

/** Copies each input, so that a stage can spoil only its own; the variable names the one file, or the folder of several. */
async function layInputs(inputs: ProgramRun['inputs'], to: string): Promise<Record<string, string>> {
  const variables: Record<string, string> = {}
  for (const [need, outputs] of Object.entries(inputs)) {
    const folder = join(to, need)
    await mkdir(folder, { recursive: true })
    const laid: string[] = []
    for (const [output, path] of Object.entries(outputs)) {
      const suffix = /\.[A-Za-z0-9]+$/.exec(path)?.[0] ?? ''
      const place = join(folder, `${output}${suffix}`)
      await cp(path, place, { recursive: true, mode: constants.COPYFILE_FICLONE })
      laid.push(place)
    }
    const [only] = laid
    variables[`PLUMBLINE_IN_${variableName(need)}`] = laid.length === 1 && only ? only : folder
  }
  return variables
}

async function nameOutputs(stage: ProgramStage, files: string): Promise<Record<string, string>> {
  const variables: Record<string, string> = {}
  for (const [output, { path }] of Object.entries(stage.out)) {
    const place = join(files, path)
    await mkdir(path.endsWith('/') ? place : dirname(place), { recursive: true })
    variables[`PLUMBLINE_OUT_${variableName(output)}`] = place
  }
  return variables
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
