import { createWriteStream } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { Fault } from '../base/fault.ts'
import { sha256OfFile } from '../base/sha256.ts'
import type { GitHubClient } from '../github/client.ts'
import { unpackZip } from '../github/unpack-zip.ts'
import { listArtifactsOf, listRunsAt, openArtifact, type RunArtifact } from '../github/workflow-runs.ts'
import type { Judgement } from '../report/word-judgement.ts'
import { inDraft } from './draft-folder.ts'
import { artifactsOfRelease } from './exchange-results.ts'
import { readRecordFile } from './run-history.ts'
import type { RunRecord } from './run-record.ts'

export interface JudgedHead {
  readonly model: string
  readonly head: string
  /** Of the data that it pins. */
  readonly dataDigest: string
  /** `.github/workflows/plumbline.yml`: the one that checks pull requests. */
  readonly workflow: string
}

interface Place {
  readonly folder: string
  readonly signal: AbortSignal
}

/** What the user's code wrote beside a record may be large; it is not worth more. */
const mostBytes = 64 << 20

/**
 * What the checks of a proposal's head came to: one call where they have not ended. Undefined there, and where this token may not
 * see them; without a record where their artifacts hold none that can be trusted. Nothing of it decides anything.
 */
export async function readJudgement(
  client: GitHubClient,
  judged: JudgedHead,
  place: Place,
): Promise<Judgement | undefined> {
  const { gitUrl, owner, repository } = client.connection
  try {
    const runs = await listRunsAt(client, judged.head)
    const run = runs.find(({ workflow, headRepository, isDone, conclusion }) => {
      const isOurs = workflow === judged.workflow && headRepository === `${owner}/${repository}`
      return isOurs && isDone && (conclusion === 'success' || conclusion === 'failure')
    })
    if (!run) return undefined
    const { judge } = artifactsOfRelease(await listArtifactsOf(client, run.id), judged.model, run.attempt)
    const record = judge && (await readRecordOf(client, judge, place))
    const isOf = record?.model === judged.model && record.data.digest === judged.dataDigest
    const url = `${gitUrl.replace(/\.git$/, '')}/actions/runs/${run.id}`
    return { run: run.id, url, isGood: run.conclusion === 'success', record: isOf ? record : null }
  } catch (error) {
    if (!(error instanceof Fault) || error.owner === 'bug' || place.signal.aborted) throw error
    return undefined
  }
}

/** Undefined where it is not what was stored, or holds no record. */
async function readRecordOf(
  client: GitHubClient,
  artifact: RunArtifact,
  { folder, signal }: Place,
): Promise<RunRecord | undefined> {
  if (artifact.isExpired || artifact.bytes > mostBytes) return undefined
  const body = await openArtifact(client, artifact, signal)
  if (!body) return undefined
  return await inDraft(folder, 'judgement', async (draft) => {
    const zip = join(draft, 'judge.zip')
    const unpacked = join(draft, 'unpacked')
    await pipeline(body, createWriteStream(zip), { signal })
    if ((await sha256OfFile(zip)) !== artifact.sha256) return undefined
    await mkdir(unpacked)
    await unpackZip(zip, unpacked, { bytes: mostBytes, files: 10_000 })
    const runs = await readdir(join(unpacked, 'runs')).catch(() => [])
    const read = runs.length === 1 ? await readRecordFile(join(unpacked, 'runs', runs[0] ?? '', 'run.json')) : undefined
    return read && 'record' in read ? read.record : undefined
  })
}
