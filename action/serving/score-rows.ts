import { join } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import { openEngine } from '../data/engine.ts'
import type { SnapshotFiles } from '../data/fetch-snapshot.ts'
import { readAnswers } from '../data/read-answers.ts'
import { rowIdColumn } from '../data/read-source.ts'
import { writeRouted } from '../data/route-rows.ts'
import { type Answered, writeScores } from '../data/write-scores.ts'
import type { Contract } from '../project/contract.ts'
import type { ModelPolicy } from '../project/project.ts'
import { routeTo } from './route.ts'

/** A released model that can be asked. */
export interface ScoringModel {
  readonly tag: string
  readonly model: ModelPolicy
  readonly contract: Contract
  /** Writes the features of every row into the folder; answers the file. */
  features(files: SnapshotFiles, folder: string): Promise<Read<string>>
  /** Answers the file of its predictions; throws the faults `stage/…`. */
  predict(featuresFile: string, folder: string): Promise<string>
}

export interface ScoreRequest {
  readonly stable: ScoringModel
  readonly candidate: (ScoringModel & { readonly share: number }) | undefined
  readonly files: SnapshotFiles
  /** An empty folder for what lies between. */
  readonly workFolder: string
  /** Absolute; Parquet, or CSV by its ending. */
  readonly to: string
  /** The segment of the prediction log, absolute; written unless it is there. */
  readonly log: string | undefined
  /** ISO 8601. */
  readonly at: string
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface Scored {
  readonly rows: number
  readonly answered: readonly { readonly tag: string; readonly rows: number }[]
  /** Why the candidate's rows were answered by the stable release; null where they were not. */
  readonly failure: string | null
}

/**
 * Answers every row once: the candidate its share, the stable release the others, and those, too, that the candidate
 * cannot answer, so that nobody goes without an answer for its sake. Throws `serving/bad-answers` where the stable release
 * cannot; diagnostics are about the rows' files.
 */
export async function scoreRows(request: ScoreRequest): Promise<Read<Scored>> {
  const { stable, candidate, files, workFolder, progress } = request
  const tookSeconds = startStopwatch()
  progress.started('score')
  const features = await stable.features(files, join(workFolder, 'stable'))
  if (!features.ok) return features
  const tried = candidate && (await askCandidate(request, candidate))
  const rest = tried?.answered && candidate ? await remaining(request, candidate, features.value) : features.value
  const own = await ask(request, stable, rest, 'stable')
  if (own.kind === 'failed') throw badAnswers(stable.tag, own.failure)
  const parts = [own.answered, ...(tried?.answered ? [tried.answered] : [])]
  const counts = await writeScores({ ...request, id: idOf(stable), parts, route: routedRows(request, tried) })
  const answered = parts.map(({ tag }) => ({ tag, rows: counts.get(tag) ?? 0 }))
  const rows = answered.reduce((sum, part) => sum + part.rows, 0)
  progress.finished('score', 'done', `${rows} rows`, tookSeconds())
  return { ok: true, value: { rows, answered, failure: tried?.failure ?? null } }
}

interface Tried {
  /** Undefined where it failed. */
  readonly answered: Answered | undefined
  readonly failure: string | null
}

type Asked =
  | { readonly kind: 'answered'; readonly answered: Answered }
  | { readonly kind: 'failed'; readonly failure: string }

async function askCandidate(request: ScoreRequest, candidate: NonNullable<ScoreRequest['candidate']>): Promise<Tried> {
  const folder = join(request.workFolder, 'candidate')
  const features = await candidate.features(request.files, folder)
  if (!features.ok) return { answered: undefined, failure: features.diagnostics[0]?.message ?? 'it has no features' }
  const own = join(folder, 'routed.parquet')
  const { salt, limit } = routeTo(candidate.tag, candidate.share)
  await using engine = await openEngine()
  const rows = { featuresFile: features.value, id: idOf(candidate), salt, limit }
  if ((await writeRouted(engine, rows, true, own)) === 0) return { answered: undefined, failure: null }
  const asked = await ask(request, candidate, own, 'candidate')
  return asked.kind === 'answered'
    ? { answered: asked.answered, failure: null }
    : { answered: undefined, failure: asked.failure }
}

async function remaining(
  { workFolder }: ScoreRequest,
  candidate: NonNullable<ScoreRequest['candidate']>,
  featuresFile: string,
): Promise<string> {
  const to = join(workFolder, 'stable', 'routed.parquet')
  const { salt, limit } = routeTo(candidate.tag, candidate.share)
  await using engine = await openEngine()
  await writeRouted(engine, { featuresFile, id: idOf(candidate), salt, limit }, false, to)
  return to
}

async function ask(
  { workFolder, signal }: ScoreRequest,
  scoring: ScoringModel,
  featuresFile: string,
  name: 'stable' | 'candidate',
): Promise<Asked> {
  const folder = join(workFolder, name)
  try {
    const predictionsFile = await scoring.predict(featuresFile, join(folder, 'predict'))
    const answersFile = join(folder, 'answers.parquet')
    const { tag, model, contract } = scoring
    const between = { askedFile: join(folder, 'asked.parquet'), to: answersFile }
    const problems = await readAnswers({ model, contract, featuresFile, predictionsFile, tag, ...between }, signal)
    if (problems.length > 0) return { kind: 'failed', failure: problems.join('; ') }
    return { kind: 'answered', answered: { tag, file: answersFile } }
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('stage/')) return { kind: 'failed', failure: error.message }
    throw error
  }
}

function routedRows({ candidate, stable }: ScoreRequest, tried: Tried | undefined) {
  if (!candidate) return undefined
  const failure = tried?.failure ?? null
  return { ...routeTo(candidate.tag, candidate.share), candidate: candidate.tag, stable: stable.tag, failure }
}

function idOf({ model }: ScoringModel): string {
  return model.id ?? rowIdColumn
}

function badAnswers(tag: string, failure: string): Fault {
  return new Fault('serving/bad-answers', `Cannot answer by "${tag}", which is live: ${failure}`, {
    remedy: 'Go back to the release before it: plumbline rollout rollback',
    stays: 'nothing was written',
  })
}
