import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import type { Job } from './run-session.ts'

/** What travels between the jobs of a workflow. `truth` and `whole` are apart, so that training never holds them. */
const parcels = ['prepare', 'truth', 'whole', 'train', 'judge', 'refit'] as const
type Parcel = (typeof parcels)[number]

const needed: Readonly<Record<Job | 'publish', readonly Parcel[]>> = {
  prepare: [],
  train: ['prepare'],
  judge: ['prepare', 'truth', 'train'],
  refit: ['prepare', 'whole', 'train', 'judge'],
  publish: ['prepare', 'train', 'judge', 'refit'],
}

interface Exchange {
  readonly artifacts: ArtifactStore
  readonly folder: string
  readonly model: string
  /** `GITHUB_RUN_ATTEMPT`: artifacts cannot be overwritten, so each attempt has its own. */
  readonly attempt: number
}

/** Brings what a job needs into `.plumbline`, from the newest attempt that made it. */
export async function receiveResults(job: Job | 'publish', exchange: Exchange): Promise<void> {
  for (const parcel of needed[job]) {
    const isOptional = job === 'publish'
    if ((await receive(parcel, exchange)) || isOptional) continue
    throw new Fault('pipeline/missing-result', `Cannot run job ${job}: this workflow run has no artifact of job ${parcel}`, {
      remedy: 'Run all jobs again; artifacts that were deleted or have expired cannot be brought back.',
    })
  }
}

/** Sends what a job made, also where it failed: its record and its logs tell why. */
export async function sendResults(job: Job, stages: readonly string[], exchange: Exchange): Promise<void> {
  const root = join(exchange.folder, '.plumbline')
  const files = await filesOf(root, ['runs', ...stages.map((stage) => join('stages', stage))])
  const isTruth = (file: string) => /[/\\]truth\.parquet$/.test(file)
  const isWhole = (file: string) => /[/\\](?:whole|features|rows)\.parquet$/.test(file)
  if (job === 'prepare') {
    await send('truth', files.filter(isTruth), exchange)
    await send('whole', files.filter((file) => file.endsWith('whole.parquet')), exchange)
  }
  await send(job, files.filter((file) => !isTruth(file) && !isWhole(file)), exchange)
}

async function receive(parcel: Parcel, { artifacts, folder, model, attempt }: Exchange): Promise<boolean> {
  for (let tried = attempt; tried >= 1; tried--) {
    if (await artifacts.download(nameOf(model, parcel, tried), join(folder, '.plumbline'))) return true
  }
  return false
}

async function send(parcel: Parcel, files: readonly string[], exchange: Exchange): Promise<void> {
  if (files.length === 0) return
  const { artifacts, folder, model, attempt } = exchange
  await artifacts.upload(nameOf(model, parcel, attempt), join(folder, '.plumbline'), files)
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
