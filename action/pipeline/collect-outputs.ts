import { constants } from 'node:fs'
import { cp, lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { ProgramStage, Project, StageOutput } from '../project/project.ts'
import { variableName } from './program-environment.ts'

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
 * Copies what a stage wrote in its folder `files` to the folder `out`; output name → path there. Outputs are files and
 * folders of files: a link would be followed later, to other bytes than those that the run recorded.
 */
export async function collectOutputs(run: StageOutputs, files: string, out: string): Promise<Record<string, string>> {
  const collected: Record<string, string> = {}
  for (const [output, declared] of Object.entries(run.stage.out)) {
    const written = await findWritten(join(files, declared.path), declared.kind === 'dataset')
    if (written === undefined) throw missingOutput(run, output, declared)
    const link = await findLink(await realpath(files), written)
    if (link !== undefined) throw linkedOutput(run, output, relative(files, link))
    const name = `${output}${declared.path.endsWith('/') ? '' : (/\.[A-Za-z0-9]+$/.exec(written)?.[0] ?? '')}`
    await cp(written, join(out, name), { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true })
    collected[output] = name
  }
  return collected
}

/** The file or the folder with something in it; a dataset may be CSV where Parquet is declared. */
async function findWritten(path: string, mayBeCsv: boolean): Promise<string | undefined> {
  const candidates = mayBeCsv ? [path, path.replace(/\.parquet$/, '.csv')] : [path]
  for (const candidate of candidates) {
    const found = await stat(candidate).catch(() => undefined)
    if (found?.isFile()) return candidate
    if (found?.isDirectory() && (await readdir(candidate)).length > 0) return candidate
  }
  return undefined
}

/** What is neither a file nor a folder, at the path, below it, or on the way to it out of the stage's folder. */
async function findLink(root: string, path: string): Promise<string | undefined> {
  const plain = path.replace(/[/\\]+$/, '')
  const place = relative(root, await realpath(plain))
  if (place === '..' || place.startsWith(`..${sep}`) || (await lstat(plain)).isSymbolicLink()) return plain
  if (!(await stat(plain)).isDirectory()) return undefined
  const below = await readdir(plain, { recursive: true, withFileTypes: true })
  const link = below.find((entry) => !entry.isFile() && !entry.isDirectory())
  return link && join(link.parentPath, link.name)
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
