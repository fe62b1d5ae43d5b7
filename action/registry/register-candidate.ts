import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Progress } from '../base/progress.ts'
import type { ModelScan } from '../data/model-formats/scan-model.ts'
import type { GitHubClient } from '../github/client.ts'
import type { Release } from '../github/releases.ts'
import type { KeptJudgement } from '../pipeline/keep-judgement.ts'
import type { Candidate } from '../pipeline/run-record.ts'
import { modelCard, releaseNotes } from '../report/model-card.ts'
import { type Allocation, allocate, type Stamp } from './allocate.ts'
import { buildAssets, contentDigest, predictionReferenceName } from './assets.ts'
import { readLedger } from './ledger.ts'
import { provenanceStatement } from './provenance.ts'
import { publishRelease } from './publish-release.ts'
import type { Approval } from './read-approval.ts'
import { publishedIn } from './record-published.ts'
import { billOfMaterials } from './sbom.ts'
import type { ReleaseLimits } from './wholes.ts'

export interface Registration {
  readonly candidate: Candidate
  /** The commit that the tag will name, if this run key has no tag yet; 40 digits. */
  readonly commit: string
  /** As `contractAssets()` gives them. */
  readonly contractFiles: Readonly<Record<string, string>>
  readonly lockFile: string
  /** The hashed requirements of the environment, absolute; absent without any. */
  readonly requirementsFile?: string
  /** Writes what the gates were judged by to a file; without it, or where privacy keeps it back, a release holds none. */
  readonly keepJudgement?: (file: string) => Promise<KeptJudgement>
  /** Writes how the model answered the rows that it was judged on to a file; false where a release is to hold none. */
  readonly keepPredictionReference?: (file: string) => Promise<boolean>
  /** Who let the release in that is made of a commit; left out: nobody is asked. */
  readonly approvalOf?: (client: GitHubClient, allocation: Allocation) => Promise<Approval>
  /** What the model is saved as. */
  readonly scan?: ModelScan
  readonly stamp: Stamp
  /** What one release can hold; left out: what GitHub takes. */
  readonly limits?: ReleaseLimits
}

export interface Registered {
  readonly allocation: Allocation
  readonly release: Release
  /** This call published it; false where it was there already. */
  readonly isNew: boolean
}

/** From a candidate on disk to its one published release: number, assets, draft, upload, verify, publish, record. */
export async function registerCandidate(
  client: GitHubClient,
  registration: Registration,
  progress: Progress,
): Promise<Registered> {
  const { candidate, commit, stamp, approvalOf } = registration
  const { record } = candidate
  const { model, runKey } = record
  const wanted = { model, runKey, commit, dataDigest: record.data.digest }
  const { allocation, isNew: isFirst } = await allocate(client, wanted, stamp)
  const recorded = isFirst ? undefined : publishedIn((await readLedger(client)).records).find(isOf(allocation))?.assets
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-release-'))
  try {
    const { owner, repository } = client.connection
    const { requirementsFile } = registration
    const requirements = requirementsFile === undefined ? null : await readFile(requirementsFile, 'utf8')
    const predictions = 'predictions.parquet'
    const kept = await registration.keepJudgement?.(join(folder, predictions))
    if (kept?.kind === 'not kept') progress.note(`The release holds no predictions: ${kept.reason}.`)
    const hasReference = await registration.keepPredictionReference?.(join(folder, predictionReferenceName))
    const assets = await buildAssets(folder, {
      ...registration,
      ...(kept?.kind === 'kept' && { predictions }),
      ...(hasReference && { predictionReference: predictionReferenceName }),
      ...(candidate.reference !== undefined && { reference: candidate.reference }),
      modelCard: modelCard(record, { ...allocation, ...(registration.scan && { scan: registration.scan }) }),
      bill: billOfMaterials(record, allocation.version, requirements),
      provenance: (subjects) => provenanceStatement({ record, allocation, owner, repository }, subjects),
    })
    const publication = {
      allocation,
      assets,
      run: record,
      name: `${model} v${allocation.version}`,
      notes: shortened(releaseNotes(record, allocation)),
      contentDigest: contentDigest(assets),
      ...(recorded && { recorded }),
      ...(approvalOf && { approval: () => approvalOf(client, allocation) }),
      stamp,
    }
    const { release, isNew } = await publishRelease(client, publication, progress)
    return { allocation, release, isNew }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function isOf({ tag }: Allocation): (known: { readonly tag: string }) => boolean {
  return (known) => known.tag === tag
}

/** GitHub takes 125,000 characters; the whole text is in `model-card.md`. */
function shortened(notes: string): string {
  const most = 100_000
  if (notes.length <= most) return notes
  return `${notes.slice(0, notes.lastIndexOf('\n', most))}\n\nThe rest is in model-card.md.`
}
