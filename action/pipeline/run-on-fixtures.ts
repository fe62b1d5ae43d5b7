import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { ProgramStage } from '../project/project.ts'
import { declareRun, type RunWishes } from './declare-run.ts'
import { openSession, type SessionRequest } from './open-session.ts'
import { unmade } from './plan-step.ts'
import { takeJudgedFit } from './program-stages.ts'
import { readCodeState } from './read-code-state.ts'
import { readTrigger } from './read-trigger.ts'
import { removeDeadDrafts } from './remove-dead-drafts.ts'
import { openEnvironment } from './run-jobs.ts'
import { afterOtherRuns } from './run-lock.ts'
import type { StageRecord } from './run-record.ts'
import { freshLogs } from './run-session.ts'
import { outputPath } from './stage-result.ts'

/** What a stage made of inputs of somebody's own: no run, nothing that a record or a release knows of. */
export interface FixtureRun {
  readonly stage: StageRecord
  /** Output name → absolute path. */
  readonly outputs: Readonly<Record<string, string>>
}

export interface FixtureRequest extends SessionRequest, RunWishes {
  readonly stage: string
  /** Holds an entry for each stage that is needed: `features.parquet`, `train/`, … */
  readonly in: string
}

/**
 * Runs one of the user's stages on the inputs in a folder, in place of those that a run would make; its contract is held, too.
 * Throws `cli/bad-input` for a stage that is no program, or inputs that are not there.
 */
export async function runOnFixtures(request: FixtureRequest): Promise<Read<FixtureRun>> {
  return await afterOtherRuns(request, () => runAlone(request))
}

async function runAlone(request: FixtureRequest): Promise<Read<FixtureRun>> {
  const declared = await declareRun(request.folder, request)
  if (!declared.ok) return declared
  const stage = declared.value.project.stages.find(({ name }) => name === request.stage)
  if (!stage) throw noProgram(request.stage, declared.value.project.stages)
  const folder = resolve(request.folder, request.in)
  const code = await readCodeState(request.folder)
  const session = {
    ...openSession(request, declared.value, readTrigger(request.environment, code.user)),
    fixtures: await readFixtures(folder, stage),
  }
  const alone = {
    ...session,
    chosen: { ...session.chosen, wanted: new Set([stage.name, `${stage.name}.contract`]), forced: new Set<string>() },
  }
  await removeDeadDrafts(request.folder)
  await freshLogs(alone)
  const split = unmade(declared.value.keys.split)
  const taken = await takeJudgedFit(alone, split, openEnvironment(alone))
  if (!taken.ok) return taken
  const result = taken.value.get(stage.name)
  const record = alone.stages.find(({ name }) => name === stage.name)
  if (!record) throw new Error(`Cannot tell what stage "${stage.name}" came to: it left no record`)
  const outputs = Object.keys(result?.outputs ?? {}).map((output) => [
    output,
    result ? outputPath(request.folder, result, output) : '',
  ])
  return { ok: true, value: { stage: record, outputs: Object.fromEntries(outputs) } }
}

/** Of each need a file, whatever its ending, or a folder with one entry an output. */
async function readFixtures(folder: string, { name, needs }: ProgramStage) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (!entries) {
    throw new Fault(
      'cli/bad-input',
      `Cannot read the inputs of "${name}" in "${folder}": no such folder; expected one`,
      {
        remedy: `Give --in a folder that holds ${needs.join(', ')}.`,
      },
    )
  }
  const fixtures: Record<string, Record<string, string>> = {}
  for (const need of needs) {
    const found = entries.filter((entry) => entry.name === need || entry.name.startsWith(`${need}.`))
    const [only, another] = found
    if (!only || another) {
      const state = only
        ? `${found.map((entry) => entry.name).join(' and ')} both stand for it`
        : 'nothing there is called so'
      throw new Fault(
        'cli/bad-input',
        `Cannot use "${need}" as input of "${name}": ${state}; expected one file or folder`,
        {
          remedy: `Put it into ${folder}, as ${need}.parquet or a folder ${need}/ with one entry an output.`,
        },
      )
    }
    fixtures[need] = await outputsIn(join(folder, only.name), need)
  }
  return fixtures
}

async function outputsIn(path: string, need: string): Promise<Record<string, string>> {
  if (!(await stat(path)).isDirectory()) return { [need]: path }
  const entries = (await readdir(path)).filter((entry) => !entry.startsWith('.')).sort()
  return Object.fromEntries(entries.map((entry) => [entry.replace(/\.[A-Za-z0-9]+$/, ''), join(path, entry)]))
}

function noProgram(name: string, stages: readonly ProgramStage[]): Fault {
  return new Fault(
    'cli/bad-input',
    `Cannot run "${name}" on inputs of your own: it is no program of yours; expected a stage with run:`,
    {
      remedy: `Stages with one: ${stages.map((stage) => stage.name).join(', ')}`,
    },
  )
}
