import type { CheckConclusion } from './stored-checks.ts'

/** One run of a workflow, as whoever executes workflows has recorded it; the embedded GitHub executes none. */
export interface StoredRun {
  readonly id: number
  /** `.github/workflows/plumbline.yml` */
  readonly workflow: string
  readonly name: string
  /** Counts the workflow's runs from 1. */
  readonly number: number
  readonly attempt: number
  readonly event: string
  readonly status: 'queued' | 'in_progress' | 'waiting' | 'completed'
  readonly conclusion: CheckConclusion | null
  readonly branch: string | null
  readonly sha: string
  readonly title: string
  /** Who caused it, and who ran this attempt. */
  readonly actor: string
  readonly triggeredBy: string
  /** Numbers of the pull requests that it is for; none of those from forks. */
  readonly pulls: readonly number[]
  /** Whose fork its commit comes from; left out: of this repository. */
  readonly fork?: string
  readonly inputs: Readonly<Record<string, string>>
  readonly jobs: readonly StoredJob[]
  readonly artifacts: readonly StoredArtifact[]
  /** Environments that have to be approved before it goes on. */
  readonly waitsFor: readonly string[]
  readonly approvals: readonly StoredApproval[]
  readonly createdAt: string
  readonly updatedAt: string
  /** Of this attempt. */
  readonly startedAt: string
}

export interface StoredJob {
  readonly id: number
  readonly name: string
  readonly status: 'queued' | 'in_progress' | 'waiting' | 'completed'
  readonly conclusion: CheckConclusion | null
  readonly labels: readonly string[]
  readonly startedAt: string
  readonly completedAt: string | null
}

/** Its bytes lie in `artifacts/<id>`, as the zip file that was uploaded. */
export interface StoredArtifact {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  readonly createdAt: string
  readonly expiresAt: string
}

export interface StoredApproval {
  readonly environments: readonly string[]
  readonly state: 'approved' | 'rejected'
  readonly user: string
  readonly comment: string
}
