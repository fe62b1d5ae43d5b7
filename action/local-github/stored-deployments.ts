import type { Json } from '../base/canonical-json.ts'

export interface StoredEnvironment {
  readonly id: number
  readonly name: string
  readonly waitMinutes: number
  /** Logins; any one of them may approve. */
  readonly reviewers: readonly string[]
  readonly isSelfReviewBarred: boolean
  /** `protected`: protected branches only; `custom`: those that fit a policy; null: any. */
  readonly branches: 'protected' | 'custom' | null
  readonly policies: readonly StoredBranchPolicy[]
  readonly createdAt: string
  readonly updatedAt: string
}

export interface StoredBranchPolicy {
  readonly id: number
  readonly name: string
  readonly type: 'branch' | 'tag'
}

export interface StoredDeployment {
  readonly id: number
  readonly sha: string
  readonly ref: string
  readonly task: string
  readonly environment: string
  readonly description: string | null
  readonly payload: Json
  readonly isTransient: boolean
  readonly isProduction: boolean
  readonly creator: string
  readonly createdAt: string
  /** The newest last. */
  readonly statuses: readonly StoredDeploymentStatus[]
}

export interface StoredDeploymentStatus {
  readonly id: number
  readonly state: DeploymentState
  readonly description: string
  readonly environment: string
  readonly logUrl: string
  readonly environmentUrl: string
  readonly creator: string
  readonly createdAt: string
}

export type DeploymentState =
  | 'error'
  | 'failure'
  | 'inactive'
  | 'in_progress'
  | 'pending'
  | 'queued'
  | 'success'
  | 'waiting'
