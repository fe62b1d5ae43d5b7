import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { dataDigest, dataLockFile } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { readProject } from '../project/read-project.ts'
import { wordAgain } from '../report/word-causes.ts'
import { type CleanCheckout, cleanCheckout } from './clean-checkout.ts'
import { type Agreement, compareOutputs, differingRoots } from './compare-outputs.ts'
import { refitName } from './declare-keys.ts'
import { type CauseKind, findCause, holdsMoment, type Tried } from './find-cause.ts'
import { differingMembers, listMembers } from './list-members.ts'
import type { OriginalRun } from './original-run.ts'
import { type RunRequest, runPipeline } from './run-pipeline.ts'
import type { RunRecord } from './run-record.ts'
import { pointedResult } from './run-session.ts'
import { stageGraph } from './stage-graph.ts'
import { outputPath, type StageResult } from './stage-result.ts'

export interface ReproduceRequest
  extends Pick<RunRequest, 'environment' | 'progress' | 'signal' | 'now' | 'hidden' | 'openGitHub'> {
  /** The user's project, of which nothing is changed. */
  readonly folder: string
  readonly original: OriginalRun
  /** Uses the environments that are kept on this machine, instead of building them anew. */
  readonly keepsEnvironment: boolean
}

/** Why a stage came out otherwise, though all that it was made from is the same. */
export interface Cause {
  readonly stage: string
  readonly outputs: readonly string[]
  readonly kind: CauseKind
  /** The files inside its model that differ, where both models are at hand. */
  readonly members: readonly string[]
}

export interface Reproduction extends Agreement {
  readonly tag: string | null
  readonly runKey: string
  readonly commit: string
  readonly dataDigest: string
  readonly causes: readonly Cause[]
}

/**
 * Rebuilds a run from its pins: its commit in a clean checkout, its snapshot from the store, its params, an environment
 * built anew, and nothing from the cache. Then says what came out again, and runs what did not once more, to say why.
 */
export async function reproduceRun(request: ReproduceRequest): Promise<Read<Reproduction>> {
  const { original, signal } = request
  const { record, commit, tag } = original
  await using checkout = await cleanCheckout(request.folder, commit, signal)
  if (original.lockText !== undefined) await writeFile(join(checkout.folder, dataLockFile), original.lockText)
  const params = Object.entries(record.params).map(([name, value]) => `${name}=${value}`)
  const project = await readProject(checkout.folder, params)
  if (!project.ok) return project
  const data = await bringData(request, checkout, project.value)
  if (!data.ok) return data

  // Neither artifacts nor the cache of a workflow: nothing that another run made has a part in it.
  const { environment, progress, now, hidden, openGitHub } = request
  const run: RunRequest = {
    progress,
    signal,
    now,
    ...(hidden && { hidden }),
    ...(openGitHub && { openGitHub }),
    folder: checkout.folder,
    environment: request.keepsEnvironment ? environment : { ...environment, PLUMBLINE_CACHE: checkout.spare },
    params,
    ...data.value,
    trial: { variables: {} },
  }
  const end = await runPipeline(run)
  if (end.kind === 'diagnosed') return { ok: false, diagnostics: end.diagnostics }
  const agreement = compareOutputs(record, end.record)
  const causes = agreement.isSame
    ? []
    : await findCauses({ run, original, project: project.value, now: end.record, agreement })
  const named = { tag, runKey: record.runKey, commit, dataDigest: record.data.digest }
  return { ok: true, value: { ...named, ...agreement, causes } }
}

/** Lays what only the user's folder leads to into the checkout; names the snapshot where the commit pins another. */
async function bringData(
  { folder, original, signal, ...world }: ReproduceRequest,
  checkout: CleanCheckout,
  project: Project,
): Promise<Read<{ readonly data?: string }>> {
  const { chooseSnapshot } = await import('../data/choose-snapshot.ts')
  const { digest } = original.record.data
  const pinned = await chooseSnapshot(project, undefined)
  const isPinned = pinned.ok && dataDigest(pinned.value.lock) === digest
  const chosen = isPinned ? pinned : await chooseSnapshot(project, digest)
  if (!chosen.ok) return chosen
  if (project.data.store.kind !== 'git') {
    const { copyBytes } = await import('../data/stores/copy-bytes.ts')
    const { openStore } = await import('../data/stores/store.ts')
    await using store = openStore({ ...project, folder }, world)
    for (const entry of Object.values(chosen.value.lock.sections).flat()) {
      await copyBytes(await store.fetch(entry, signal), join(checkout.folder, entry.path), entry, signal)
    }
  }
  return { ok: true, value: isPinned ? {} : { data: digest } }
}

interface Differing {
  readonly run: RunRequest
  readonly original: OriginalRun
  readonly project: Project
  /** What came out here. */
  readonly now: RunRecord
  readonly agreement: Agreement
}

/** A stage that takes longer is run once more, and not six times. */
const quickSeconds = 600

async function findCauses(differing: Differing): Promise<readonly Cause[]> {
  const { project, agreement } = differing
  const graph = stageGraph(project, new Set())
  const roots = differingRoots(agreement.outputs, graph)
  // Numbers of the same predictions are Plumbline's to count.
  if (roots.length === 0) return [{ stage: 'evaluate', outputs: [], kind: 'plumbline', members: [] }]
  const programs = new Set(project.stages.flatMap(({ name }) => [name, refitName(name)]))
  const causes: Cause[] = []
  for (const stage of roots) {
    const outputs = agreement.outputs.filter((side) => side.stage === stage && !side.isSame).map(({ output }) => output)
    if (programs.has(stage)) causes.push({ stage, outputs, ...(await causeOf(differing, stage)) })
    else causes.push({ stage, outputs, kind: 'plumbline', members: [] })
  }
  return causes
}

async function causeOf(differing: Differing, stage: string): Promise<Pick<Cause, 'kind' | 'members'>> {
  const { run, original, now } = differing
  const first = await pointedResult(run.folder, now.runKey, stage)
  if (!first) return { kind: 'not looked into', members: [] }
  // Before the next run takes their place.
  const members = await membersThatDiffer(run.folder, first, original)
  run.progress.note(wordAgain(stage))
  const kind = await findCause({
    first: await triedOf(run.folder, first),
    isQuick: first.seconds <= quickSeconds,
    again: async (variables) => {
      try {
        const end = await runPipeline({ ...run, stage, trial: { variables } })
        const result = end.kind === 'diagnosed' ? undefined : await pointedResult(run.folder, now.runKey, stage)
        return result && (await triedOf(run.folder, result))
      } catch (error) {
        if (error instanceof Fault && error.code.startsWith('stage/')) return undefined
        throw error
      }
    },
  })
  return { kind, members }
}

async function membersThatDiffer(
  folder: string,
  result: StageResult,
  original: OriginalRun,
): Promise<readonly string[]> {
  if (!result.outputs['model']) return []
  const here = await listMembers(outputPath(folder, result, 'model'))
  const there = here && (await original.membersOf(result.stage))
  return here && there ? differingMembers(there, here) : []
}

async function triedOf(folder: string, result: StageResult): Promise<Tried> {
  const from = new Date(result.startedAt)
  const to = new Date(from.getTime() + result.seconds * 1000)
  let holdsTime = false
  for (const output of Object.keys(result.outputs)) {
    holdsTime ||= await holdsMomentIn(outputPath(folder, result, output), from, to)
  }
  const outputs = Object.fromEntries(Object.entries(result.outputs).map(([name, { sha256 }]) => [name, sha256]))
  return { outputs, holdsTime }
}

const largestScannedBytes = 64 << 20

async function holdsMomentIn(path: string, from: Date, to: Date): Promise<boolean> {
  const found = await stat(path)
  if (found.isDirectory()) {
    for (const name of await readdir(path)) if (await holdsMomentIn(join(path, name), from, to)) return true
    return false
  }
  return found.size <= largestScannedBytes && holdsMoment(await readFile(path, 'latin1'), from, to)
}
