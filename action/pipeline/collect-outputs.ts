import { constants } from 'node:fs'
import { cp, lstat, mkdir, realpath, rename } from 'node:fs/promises'
import { join, posix, relative } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { ProgramStage, Project, StageOutput } from '../project/project.ts'
import { variableName } from './program-environment.ts'
import { surveyOutput } from './survey-output.ts'

export interface StageOutputs {
  readonly project: Project
  readonly stage: ProgramStage
  /** As shown and logged. */
  readonly name: string
  /** As messages name it; default: `stage "NAME"`. */
  readonly subject?: string
  readonly logFile: string
}

/**
 * Brings what a stage wrote in its folder `files` into the folder `out`; output name → path there. It is moved where it can
 * be, so that a large model is not on the disk twice. Outputs are files and folders of files: a link would be followed
 * later, to other bytes than those that the run recorded.
 */
export async function collectOutputs(run: StageOutputs, files: string, out: string): Promise<Record<string, string>> {
  const root = await realpath(files)
  await mkdir(out, { recursive: true })
  const collected: Record<string, string> = {}
  for (const [output, declared] of Object.entries(run.stage.out)) {
    const written = await findWritten(join(files, declared.path), declared.kind === 'dataset')
    if (written === undefined) throw missingOutput(run, output, declared)
    const survey = await surveyOutput(root, written)
    if (survey.kind === 'foreign') throw linkedOutput(run, output, relative(files, survey.path))
    if (survey.kind === 'empty') throw missingOutput(run, output, declared)
    const name = `${output}${declared.path.endsWith('/') ? '' : (/\.[A-Za-z0-9]+$/.exec(written)?.[0] ?? '')}`
    const isAlone = survey.kind === 'own' && !hasNeighbour(run.stage, output)
    await (isAlone ? move(written, join(out, name)) : copy(written, join(out, name)))
    collected[output] = name
  }
  return collected
}

/** What lies at the path; a dataset may be CSV where Parquet is declared. */
async function findWritten(path: string, mayBeCsv: boolean): Promise<string | undefined> {
  const candidates = mayBeCsv ? [path, path.replace(/\.parquet$/, '.csv')] : [path]
  for (const candidate of candidates) {
    const plain = candidate.replace(/[/\\]+$/, '')
    if (await lstat(plain).catch(() => undefined)) return plain
  }
  return undefined
}

/** Whether another output lies in the same place, or in the same folder below it. */
function hasNeighbour({ out }: ProgramStage, output: string): boolean {
  const place = (name: string) => `${posix.normalize(out[name]?.path ?? '').replace(/\/+$/, '')}/`
  const own = place(output)
  return Object.keys(out).some(
    (other) => other !== output && (place(other).startsWith(own) || own.startsWith(place(other))),
  )
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
    await copy(from, to)
  }
}

async function copy(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true })
}

/** What runs, as messages name it. */
export function subjectOf({ name, subject }: Pick<StageOutputs, 'name' | 'subject'>): string {
  return subject ?? `stage "${name}"`
}

function missingOutput(run: StageOutputs, output: string, { path }: StageOutput): Fault {
  const { stage, logFile, project } = run
  return new Fault(
    'stage/no-output',
    `Cannot use ${subjectOf(run)}: it ended well but wrote no "${output}"; expected ${path} in its folder`,
    {
      remedy: `Write it to the path in PLUMBLINE_OUT_${variableName(output)} (${project.file}:${stage.line}); its log: ${logFile}`,
    },
  )
}

function linkedOutput(run: StageOutputs, output: string, path: string): Fault {
  const { stage, project } = run
  return new Fault(
    'stage/linked-output',
    `Cannot use "${output}" of ${subjectOf(run)}: "${path}" is a link or a device; expected files of its own`,
    { remedy: `Copy the bytes instead of linking to them (${project.file}:${stage.line}).` },
  )
}
