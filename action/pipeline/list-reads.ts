import { execFile } from 'node:child_process'
import { lstat, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { promisify } from 'node:util'

import { glob } from 'tinyglobby'

import { Fault } from '../base/fault.ts'
import { sha256OfFile } from '../base/sha256.ts'
import type { ProgramStage, Project } from '../project/project.ts'

const alwaysLeftOut = ['.plumbline/**', '.git/**', 'node_modules/**', '**/node_modules/**']
/** What does not make a model's bytes, or enters the keys on its own. */
const leftOutByDefault = [
  'plumbline.yaml',
  'data.lock.yaml',
  'docs/**',
  '**/*.md',
  '**/LICENSE*',
  '.github/**',
  '.gitignore',
]

/** The files that a stage may read: path relative to the project → SHA-256, sorted by path. */
export async function listReads(project: Project, stage: ProgramStage): Promise<Readonly<Record<string, string>>> {
  const paths = stage.reads ? await namedReads(project, stage, stage.reads) : await defaultReads(project)
  const root = await realpath(project.folder)
  const reads: Record<string, string> = {}
  for (const path of paths.sort()) {
    await refuseOutside(root, project.folder, path)
    reads[path] = await sha256OfFile(join(project.folder, path))
  }
  return reads
}

async function namedReads(project: Project, stage: ProgramStage, globs: readonly string[]): Promise<string[]> {
  const found = await glob([...globs], { cwd: project.folder, dot: true, onlyFiles: true, ignore: alwaysLeftOut })
  if (found.length > 0) return found
  throw new Fault(
    'pipeline/no-reads',
    `Cannot run stage "${stage.name}": nothing fits its reads, ${globs.join(', ')}`,
    {
      remedy: `Correct reads: of the stage, ${project.file}:${stage.line}.`,
    },
  )
}

/** Every file under the project, tracked or untracked and not ignored, but data, locks, contracts and prose. */
async function defaultReads(project: Project): Promise<string[]> {
  const { source, labels, contract } = project.data
  const ignore = [...alwaysLeftOut, ...leftOutByDefault, contract, ...source, ...(labels?.source ?? [])]
  const files = await glob(['**'], { cwd: project.folder, dot: true, onlyFiles: true, ignore })
  const known = await filesKnownToGit(project.folder)
  const models = files
    .filter((file) => /(^|\/)plumbline\.yaml$/.test(file))
    .map((file) => file.slice(0, -'plumbline.yaml'.length))
  return files.filter((file) => (!known || known.has(file)) && !models.some((folder) => file.startsWith(folder)))
}

/** Undefined where there is no repository: then every file counts. */
async function filesKnownToGit(folder: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      {
        cwd: folder,
        maxBuffer: 1 << 28,
      },
    )
    return new Set(stdout.split('\0'))
  } catch {
    return undefined
  }
}

async function refuseOutside(root: string, folder: string, path: string): Promise<void> {
  const absolute = join(folder, path)
  if (!(await lstat(absolute)).isSymbolicLink()) return
  const target = relative(root, await realpath(absolute))
  if (target !== '..' && !target.startsWith(`..${sep}`)) return
  throw new Fault(
    'pipeline/reads-outside',
    `Cannot read "${path}": it links to a file outside the project; expected one inside`,
    {
      remedy: 'Copy the file into the project, or name the stage’s reads without it.',
    },
  )
}
