import type { Json } from '../base/canonical-json.ts'
import type { Forge } from './exchange.ts'
import { nodeId, userResource } from './resources.ts'
import type { StoredDeployment, StoredDeploymentStatus } from './stored-deployments.ts'

export function deploymentResource(forge: Forge, deployment: StoredDeployment): Record<string, Json> {
  const url = `${forge.repositoryUrl}/deployments/${deployment.id}`
  return {
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    url,
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: userResource(forge, deployment.creator),
    created_at: deployment.createdAt,
    updated_at: deployment.statuses.at(-1)?.createdAt ?? deployment.createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: forge.repositoryUrl,
    transient_environment: deployment.isTransient,
    production_environment: deployment.isProduction,
  }
}

export function deploymentStatusResource(
  forge: Forge,
  deployment: StoredDeployment,
  status: StoredDeploymentStatus,
): Record<string, Json> {
  const url = `${forge.repositoryUrl}/deployments/${deployment.id}`
  return {
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    url: `${url}/statuses/${status.id}`,
    state: status.state,
    creator: userResource(forge, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: forge.repositoryUrl,
  }
}
