import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { readPinned } from '../data/pin-snapshot.ts'
import type { ProgramPlace } from '../data/sources/land-source.ts'
import type { ProgramStage, Project, SourcePolicy } from '../project/project.ts'
import { openReads } from './list-reads.ts'
import { roomPrefix, runStage } from './run-stage.ts'
import { describeSetup } from './setup-environment.ts'
import { lazyEnvironment, type StageEnvironment } from './stage-environment.ts'

export interface SourceProgram {
  readonly project: Project
  readonly source: SourcePolicy
  readonly place: ProgramPlace
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
}

const output = 'data'
/** Where no file of the user's lies, which would be taken for one that the program wrote. */
const outputPath = '.plumbline-out/'

/**
 * Runs the program of a source as a stage is run: poor, in a folder of its own with the files that it may read, and with
 * the pinned `until` in PLUMBLINE_SINCE. `use` gets the folder that it filled. Throws what a stage throws.
 */
export async function runSource<Result>(
  program: SourceProgram,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const { project, source, progress, signal, environment } = program
  const stage = stageOf(program)
  const pinned = await readPinned(project)
  const lock = pinned?.ok ? pinned.value : undefined
  const digests = new Set(Object.values(lock?.sections ?? {}).flatMap((entries) => entries.map(({ sha256 }) => sha256)))
  const work = await mkdtemp(join(tmpdir(), `${roomPrefix}${process.pid}-`))
  try {
    const { outputs } = await runStage(
      {
        project,
        stage,
        name: source.name,
        subject: `the program of source "${source.name}"`,
        reads: await openReads(project, digests)(stage),
        inputs: {},
        variables: lock?.until ? { PLUMBLINE_SINCE: lock.until } : {},
        environment: await environmentOf(program),
        caller: environment,
        logFile: join(project.folder, '.plumbline/landed', `${source.name}.log`),
        progress,
        signal,
      },
      work,
    )
    return await use(join(work, 'out', outputs[output] ?? output))
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 })
  }
}

function stageOf({ source, place }: SourceProgram): ProgramStage {
  const { name, env, secrets, line, timeoutMs } = source
  return {
    name,
    needs: [],
    run: place.run,
    out: { [output]: { path: outputPath, kind: 'file' } },
    env,
    secrets,
    line,
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
}

/** The project's environment, as stages have it. */
async function environmentOf({
  project,
  environment,
  progress,
  signal,
}: SourceProgram): Promise<StageEnvironment | undefined> {
  const requirements = await readRequirements(project)
  const setup = await describeSetup(project)
  const [gone] = setup?.missing ?? []
  if (gone !== undefined) throw noFile(project, gone, 'environment.lock')
  const logFile = join(project.folder, '.plumbline/landed/environment.log')
  return lazyEnvironment({ project, requirements, setup, caller: environment, logFile, progress, signal }).environment(
    {},
  )
}

async function readRequirements(project: Project): Promise<string | null> {
  const { python } = project.environment
  if (python === undefined) return null
  const text = await readFile(join(project.folder, python), 'utf8').catch(() => undefined)
  if (text !== undefined) return text
  throw noFile(project, python, 'environment.python')
}

function noFile({ file }: Project, path: string, key: string): Fault {
  return new Fault('pipeline/environment', `Cannot read "${path}": no such file; expected what programs run with`, {
    remedy: `Write it, or correct ${key} in ${file}.`,
  })
}
