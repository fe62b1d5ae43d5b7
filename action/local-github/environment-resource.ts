import type { Json } from '../base/canonical-json.ts'
import type { Forge } from './exchange.ts'
import { nodeId, pageOf, userResource } from './resources.ts'
import type { StoredBranchPolicy, StoredEnvironment } from './stored-deployments.ts'

export function environmentResource(forge: Forge, environment: StoredEnvironment): Record<string, Json> {
  const { id, name, branches } = environment
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url: environmentUrl(forge, name),
    html_url: environmentPage(forge, name),
    created_at: environment.createdAt,
    updated_at: environment.updatedAt,
    can_admins_bypass: true,
    protection_rules: rulesOf(forge, environment),
    deployment_branch_policy: branches && {
      protected_branches: branches === 'protected',
      custom_branch_policies: branches === 'custom',
    },
  }
}

export function policyResource({ id, name, type }: StoredBranchPolicy): Record<string, Json> {
  return { id, node_id: nodeId('GateBranchPolicy', id), name, type }
}

export function reviewersOf(forge: Forge, { reviewers }: StoredEnvironment): Json[] {
  return reviewers.map((login) => ({ type: 'User', reviewer: userResource(forge, login) }))
}

export function environmentUrl(forge: Forge, name: string): string {
  return `${forge.repositoryUrl}/environments/${encodeURIComponent(name)}`
}

export function environmentPage(forge: Forge, name: string): string {
  return `${pageOf(forge)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`
}

function rulesOf(forge: Forge, environment: StoredEnvironment): Json[] {
  const rule = (type: string, facts: Record<string, Json>) => ({
    id: environment.id,
    node_id: nodeId('Gate', `${environment.id}-${type}`),
    type,
    ...facts,
  })
  const { waitMinutes, reviewers, isSelfReviewBarred, branches } = environment
  return [
    ...(waitMinutes > 0 ? [rule('wait_timer', { wait_timer: waitMinutes })] : []),
    ...(reviewers.length > 0
      ? [
          rule('required_reviewers', {
            prevent_self_review: isSelfReviewBarred,
            reviewers: reviewersOf(forge, environment),
          }),
        ]
      : []),
    ...(branches === null ? [] : [rule('branch_policy', {})]),
  ]
}
