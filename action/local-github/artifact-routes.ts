import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { type Answer, type Exchange, paginated, param } from './exchange.ts'
import { withRun } from './new-run.ts'
import { notFound, Refusal } from './refusal.ts'
import { pageOf } from './resources.ts'
import { artifactResource, isExpired } from './run-resources.ts'
import { requireRun } from './run-routes.ts'
import type { State } from './state.ts'
import type { StoredArtifact, StoredRun } from './stored-runs.ts'

interface Placed {
  readonly run: StoredRun
  readonly artifact: StoredArtifact
}

/** Of the whole repository, the newest first; `name`: only those of that name. */
export async function listArtifacts(exchange: Exchange): Promise<Answer> {
  const { platform } = await exchange.forge.state.read()
  return answerArtifacts(exchange, '/actions/artifacts', platform.runs)
}

export async function listRunArtifacts(exchange: Exchange): Promise<Answer> {
  const run = requireRun(await exchange.forge.state.read(), exchange)
  return answerArtifacts(exchange, `/actions/runs/${run.id}/artifacts`, [run])
}

export async function getArtifact(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const { run, artifact } = requireArtifact(await forge.state.read(), exchange)
  return { status: 200, json: artifactResource(forge, run, artifact) }
}

/** GitHub answers with an address elsewhere; ours is `sendArtifact`. */
export async function downloadArtifact(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  if (param(exchange, 'archive_format') !== 'zip') throw notFound()
  const { artifact } = requireArtifact(await forge.state.read(), exchange)
  if (isExpired(artifact)) throw new Refusal(410, 'Artifact has expired')
  return { status: 302, headers: { location: `${pageOf(forge)}/artifacts/${artifact.id}/${artifact.sha256}.zip` } }
}

/** Whoever knows the digest has been given the address. */
export async function sendArtifact(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const { artifact } = requireArtifact(await forge.state.read(), exchange)
  if (param(exchange, 'name') !== `${artifact.sha256}.zip` || isExpired(artifact)) throw notFound()
  const file = join(forge.artifactsFolder, String(artifact.id))
  return { status: 200, file, bytes: artifact.bytes, contentType: 'application/zip' }
}

export async function deleteArtifact(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const gone = await forge.state.change((state) => {
    const { run, artifact } = requireArtifact(state, exchange)
    const artifacts = run.artifacts.filter(({ id }) => id !== artifact.id)
    return { state: withRun(state, { ...run, artifacts }), answer: artifact }
  })
  await rm(join(forge.artifactsFolder, String(gone.id)), { force: true })
  return { status: 204 }
}

function answerArtifacts(exchange: Exchange, path: string, runs: readonly StoredRun[]): Answer {
  const { forge, query } = exchange
  const wanted = query.get('name')
  const found = runs
    .flatMap((run) => run.artifacts.map((artifact) => ({ run, artifact })))
    .filter(({ artifact }) => wanted === null || artifact.name === wanted)
    .toSorted((one, other) => other.artifact.id - one.artifact.id)
  const { items, headers } = paginated(exchange, path, found)
  const artifacts = items.map(({ run, artifact }) => artifactResource(forge, run, artifact))
  return { status: 200, json: { total_count: found.length, artifacts }, headers }
}

function requireArtifact(state: State, exchange: Exchange): Placed {
  const id = Number(param(exchange, 'artifact_id'))
  for (const run of state.platform.runs) {
    const artifact = run.artifacts.find((known) => known.id === id)
    if (artifact) return { run, artifact }
  }
  throw notFound()
}
