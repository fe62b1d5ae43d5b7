import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import type { Project } from '../project/project.ts'
import { readProject } from '../project/read-project.ts'
import { refitName, stagesOfRefit } from './declare-keys.ts'
import { inDraft } from './draft-folder.ts'
import { refusePublishing } from './row-privacy.ts'
import type { Job } from './run-session.ts'

/** What travels between the jobs of a workflow. `truth` and `whole` are apart, so that training never holds them. */
const parcels = ['prepare', 'truth', 'whole', 'train', 'judge', 'refit'] as const
type Parcel = (typeof parcels)[number]

const needed: Readonly<Record<Job | 'publish', readonly Parcel[]>> = {
  prepare: [],
  train: ['prepare'],
  judge: ['prepare', 'truth', 'train'],
  refit: ['prepare', 'whole', 'train', 'judge'],
  publish: ['prepare', 'truth', 'train', 'judge', 'refit'],
}

export interface Exchange {
  readonly artifacts: ArtifactStore
  readonly project: Project
  /** `GITHUB_RUN_ATTEMPT`: artifacts cannot be overwritten, so each attempt has its own. */
  readonly attempt: number
}

interface Place {
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly artifacts?: ArtifactStore
}

/**
 * The way to the other jobs of this workflow run; undefined on a terminal, where their results are on disk already.
 * Throws `privacy/public-repository` where it would publish the data.
 */
export async function openExchange({ folder, environment, artifacts }: Place): Promise<Exchange | undefined> {
  if (!artifacts) return undefined
  const project = await readProject(folder)
  if (!project.ok) return undefined
  await refusePublishing(project.value, environment)
  return { artifacts, project: project.value, attempt: Number(environment['GITHUB_RUN_ATTEMPT'] ?? 1) }
}

/** What a release is made from, of the newest attempt up to `attempt` that made it: `train` → its artifact, by the artifacts' names. */
export function artifactsOfRelease<Artifact extends { readonly name: string }>(
  artifacts: readonly Artifact[],
  model: string,
  attempt: number,
): Readonly<Record<string, Artifact | undefined>> {
  const attempts = Array.from({ length: attempt }, (_, before) => attempt - before)
  const newest = (parcel: Parcel) => {
    const names = attempts.map((tried) => nameOf(model, parcel, tried))
    return names.map((name) => artifacts.find((known) => known.name === name)).find((found) => found !== undefined)
  }
  return Object.fromEntries(needed.publish.map((parcel) => [parcel, newest(parcel)]))
}

/** Another run's results as this one would get them, or this run's own. */
export interface Source extends Pick<Exchange, 'project' | 'attempt'> {
  readonly artifacts: Pick<ArtifactStore, 'download'>
}

/** Brings what a job needs into `.plumbline`, from the newest attempt that made it. */
export async function receiveResults(job: Job | 'publish', exchange: Source): Promise<void> {
  const { attempt } = exchange
  for (const parcel of needed[job]) {
    const isOptional = job === 'publish'
    if ((await receive(parcel, exchange)) || isOptional) continue
    throw new Fault(
      'pipeline/missing-result',
      `Cannot run job ${job}: this workflow run has no artifact of job ${parcel}`,
      {
        remedy: 'Run all jobs again; artifacts that were deleted or have expired cannot be brought back.',
      },
    )
  }
  // What a job of programs came to before it failed is not done again: by its key, and only where its bytes are whole.
  if (attempt > 1 && (job === 'train' || job === 'refit')) await receive(job, exchange, ['stages'])
}

/** Sends what a job made, also where it failed: its record and its logs tell why. */
export async function sendResults(job: Job, exchange: Exchange): Promise<void> {
  const { project } = exchange
  const root = join(project.folder, '.plumbline')
  const files = await filesOf(root, ['runs', ...stagesSent(job, project).map((stage) => join('stages', stage))])
  if (job !== 'prepare') return send(job, files, exchange)

  const isApart = (name: string) => (file: string) => basename(file) === name
  const isWhole = isApart('whole.parquet')
  // What new data is compared with tells of the test rows, too.
  const isTruth = (file: string) => isApart('truth.parquet')(file) || isApart('reference.json')(file)
  await send('truth', files.filter(isTruth), exchange)
  await send('whole', files.filter(isWhole), exchange)
  await send(
    job,
    files.filter((file) => !isTruth(file) && !isWhole(file)),
    exchange,
  )
}

/** The stages with outputs that a later job needs; what the others came to is in the run's own folder. */
function stagesSent(job: Job, project: Project): readonly string[] {
  if (job === 'prepare') return ['split']
  if (job === 'train') return project.stages.map(({ name }) => name)
  return job === 'refit' ? stagesOfRefit(project).map(({ name }) => refitName(name)) : []
}

async function receive(
  parcel: Parcel,
  { artifacts, project, attempt }: Source,
  folders: readonly string[] = ['stages', 'runs'],
): Promise<boolean> {
  return await inDraft(project.folder, 'incoming', async (incoming) => {
    for (let tried = attempt; tried >= 1; tried--) {
      if (!(await artifacts.download(nameOf(project.model.name, parcel, tried), incoming))) continue
      await takeIn(parcel, incoming, project, folders)
      return true
    }
    return false
  })
}

/** Moves what the parcel's job makes to its place, and nothing else: the user's code ran where it was packed. */
async function takeIn(parcel: Parcel, incoming: string, project: Project, folders: readonly string[]): Promise<void> {
  await moveFiles(incoming, join(project.folder, '.plumbline'), (path) => {
    const parts = path.split(sep)
    return folders.includes(parts[0] ?? '') && belongsTo(parcel, parts, project)
  })
}

/** Moves the files below a folder to their places below another one, on the same disk. */
export async function moveFiles(from: string, to: string, isWanted: (path: string) => boolean): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((found) => found.isFile())) {
    const source = join(entry.parentPath, entry.name)
    const path = relative(from, source)
    if (!isWanted(path)) continue
    const place = join(to, path)
    await mkdir(dirname(place), { recursive: true })
    await rename(source, place)
  }
}

function belongsTo(parcel: Parcel, parts: readonly string[], project: Project): boolean {
  const stages = stagesOf(parcel, project)
  if (parts[0] === 'stages') return stages.includes(parts[1] ?? '')
  const [, , folder = '', name = ''] = parts
  if (folder === 'stages') return parts.length === 4 && stages.includes(name.replace(/\.json$/, ''))
  return (folder === 'run.json' && parts.length === 3) || (folder === 'logs' && parts.length === 4)
}

/** The stages that are done in the parcel's job. */
function stagesOf(parcel: Parcel, project: Project): readonly string[] {
  if (parcel === 'prepare') return ['validate', 'features', 'split']
  if (parcel === 'train') return [...project.stages.map(({ name }) => name), 'smoke']
  if (parcel === 'judge') return ['evaluate', 'gate']
  if (parcel !== 'refit') return ['split']
  const again = stagesOfRefit(project).map(({ name }) => refitName(name))
  return again.length > 0 ? [...again, refitName('smoke')] : []
}

async function send(parcel: Parcel, files: readonly string[], exchange: Exchange): Promise<void> {
  if (files.length === 0) return
  const { artifacts, project, attempt } = exchange
  await artifacts.upload(nameOf(project.model.name, parcel, attempt), join(project.folder, '.plumbline'), files)
}

function nameOf(model: string, parcel: Parcel, attempt: number): string {
  return `plumbline-${model}-${parcel}-${attempt}`
}

async function filesOf(root: string, folders: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const folder of folders) {
    if (!(await stat(join(root, folder)).catch(() => undefined))) continue
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
    files.push(...entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)))
  }
  return files
}
