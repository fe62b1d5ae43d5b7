import { deleteArtifact, downloadArtifact, getArtifact, listArtifacts, listRunArtifacts } from './artifact-routes.ts'
import { getBranch, listBranches } from './branch-routes.ts'
import { createCheckRun, getCheckRun, listAnnotations, listCheckRuns, updateCheckRun } from './check-run-routes.ts'
import {
  createDeployment,
  createDeploymentStatus,
  deleteDeployment,
  getDeployment,
  getDeploymentStatus,
  listDeploymentStatuses,
  listDeployments,
} from './deployment-routes.ts'
import { dispatchRepository } from './dispatch-routes.ts'
import {
  createBranchPolicy,
  deleteBranchPolicy,
  deleteEnvironment,
  getEnvironment,
  listBranchPolicies,
  listEnvironments,
  putEnvironment,
} from './environment-routes.ts'
import { listApprovals, listPendingDeployments, reviewPendingDeployments } from './pending-deployment-routes.ts'
import { deleteProtection, getProtection, updateProtection } from './protection-routes.ts'
import { type Route, route } from './route.ts'
import {
  createRuleset,
  deleteRuleset,
  getRuleset,
  listBranchRules,
  listRulesets,
  updateRuleset,
} from './ruleset-routes.ts'
import {
  approveRun,
  cancelRun,
  getRun,
  listJobs,
  listRuns,
  listWorkflowRuns,
  rerun,
  rerunFailedJobs,
} from './run-routes.ts'
import {
  disableImmutableReleases,
  enableImmutableReleases,
  getActionsPermissions,
  getImmutableReleases,
  getWorkflowPermissions,
  listSecrets,
  listVariables,
  setActionsPermissions,
  setWorkflowPermissions,
} from './settings-routes.ts'
import { createStatus, getCombinedStatus, listStatuses } from './status-routes.ts'
import { disableWorkflow, dispatchWorkflow, enableWorkflow, getWorkflow, listWorkflows } from './workflow-routes.ts'

export const ruleRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/branches', 'nothing', listBranches),
  route('GET', '/repos/{owner}/{repo}/branches/{branch}/protection', 'nothing', getProtection),
  route('PUT', '/repos/{owner}/{repo}/branches/{branch}/protection', 'state', updateProtection),
  route('DELETE', '/repos/{owner}/{repo}/branches/{branch}/protection', 'state', deleteProtection),
  route('GET', '/repos/{owner}/{repo}/branches/{branch}', 'nothing', getBranch),
  route('GET', '/repos/{owner}/{repo}/rules/branches/{branch}', 'nothing', listBranchRules),
  route('GET', '/repos/{owner}/{repo}/rulesets', 'nothing', listRulesets),
  route('POST', '/repos/{owner}/{repo}/rulesets', 'state', createRuleset),
  route('GET', '/repos/{owner}/{repo}/rulesets/{ruleset_id}', 'nothing', getRuleset),
  route('PUT', '/repos/{owner}/{repo}/rulesets/{ruleset_id}', 'state', updateRuleset),
  route('DELETE', '/repos/{owner}/{repo}/rulesets/{ruleset_id}', 'state', deleteRuleset),
]

export const settingRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/immutable-releases', 'nothing', getImmutableReleases),
  route('PUT', '/repos/{owner}/{repo}/immutable-releases', 'state', enableImmutableReleases),
  route('DELETE', '/repos/{owner}/{repo}/immutable-releases', 'state', disableImmutableReleases),
  route('GET', '/repos/{owner}/{repo}/actions/permissions', 'nothing', getActionsPermissions),
  route('PUT', '/repos/{owner}/{repo}/actions/permissions', 'state', setActionsPermissions),
  route('GET', '/repos/{owner}/{repo}/actions/permissions/workflow', 'nothing', getWorkflowPermissions),
  route('PUT', '/repos/{owner}/{repo}/actions/permissions/workflow', 'state', setWorkflowPermissions),
  route('GET', '/repos/{owner}/{repo}/actions/variables', 'nothing', listVariables),
  route('GET', '/repos/{owner}/{repo}/actions/secrets', 'nothing', listSecrets),
]

export const checkRoutes: readonly Route[] = [
  route('POST', '/repos/{owner}/{repo}/statuses/{sha}', 'state', createStatus),
  route('GET', '/repos/{owner}/{repo}/commits/{ref}/statuses', 'nothing', listStatuses),
  route('GET', '/repos/{owner}/{repo}/commits/{ref}/status', 'nothing', getCombinedStatus),
  route('GET', '/repos/{owner}/{repo}/commits/{ref}/check-runs', 'nothing', listCheckRuns),
  route('POST', '/repos/{owner}/{repo}/check-runs', 'state', createCheckRun),
  route('GET', '/repos/{owner}/{repo}/check-runs/{check_run_id}', 'nothing', getCheckRun),
  route('PATCH', '/repos/{owner}/{repo}/check-runs/{check_run_id}', 'state', updateCheckRun),
  route('GET', '/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations', 'nothing', listAnnotations),
]

export const workflowRoutes: readonly Route[] = [
  route('POST', '/repos/{owner}/{repo}/dispatches', 'state', dispatchRepository),
  route('GET', '/repos/{owner}/{repo}/actions/workflows', 'nothing', listWorkflows),
  route('GET', '/repos/{owner}/{repo}/actions/workflows/{workflow_id}', 'nothing', getWorkflow),
  route('PUT', '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/enable', 'state', enableWorkflow),
  route('PUT', '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/disable', 'state', disableWorkflow),
  route('POST', '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', 'state', dispatchWorkflow),
  route('GET', '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', 'nothing', listWorkflowRuns),
  route('GET', '/repos/{owner}/{repo}/actions/runs', 'nothing', listRuns),
  route('GET', '/repos/{owner}/{repo}/actions/runs/{run_id}', 'nothing', getRun),
  route('GET', '/repos/{owner}/{repo}/actions/runs/{run_id}/jobs', 'nothing', listJobs),
  route('GET', '/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', 'nothing', listRunArtifacts),
  route('POST', '/repos/{owner}/{repo}/actions/runs/{run_id}/rerun', 'state', rerun),
  route('POST', '/repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs', 'state', rerunFailedJobs),
  route('POST', '/repos/{owner}/{repo}/actions/runs/{run_id}/cancel', 'state', cancelRun),
  route('POST', '/repos/{owner}/{repo}/actions/runs/{run_id}/approve', 'state', approveRun),
  route('GET', '/repos/{owner}/{repo}/actions/artifacts', 'nothing', listArtifacts),
  route('GET', '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}', 'nothing', getArtifact),
  route('DELETE', '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}', 'state', deleteArtifact),
  route('GET', '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', 'nothing', downloadArtifact),
]

export const deploymentRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/deployments', 'nothing', listDeployments),
  route('POST', '/repos/{owner}/{repo}/deployments', 'state', createDeployment),
  route('GET', '/repos/{owner}/{repo}/deployments/{deployment_id}', 'nothing', getDeployment),
  route('DELETE', '/repos/{owner}/{repo}/deployments/{deployment_id}', 'state', deleteDeployment),
  route('GET', '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses', 'nothing', listDeploymentStatuses),
  route('POST', '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses', 'state', createDeploymentStatus),
  route(
    'GET',
    '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses/{status_id}',
    'nothing',
    getDeploymentStatus,
  ),
  route('GET', '/repos/{owner}/{repo}/environments', 'nothing', listEnvironments),
  route('GET', '/repos/{owner}/{repo}/environments/{environment_name}', 'nothing', getEnvironment),
  route('PUT', '/repos/{owner}/{repo}/environments/{environment_name}', 'state', putEnvironment),
  route('DELETE', '/repos/{owner}/{repo}/environments/{environment_name}', 'state', deleteEnvironment),
  route(
    'GET',
    '/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies',
    'nothing',
    listBranchPolicies,
  ),
  route(
    'POST',
    '/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies',
    'state',
    createBranchPolicy,
  ),
  route(
    'DELETE',
    '/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies/{branch_policy_id}',
    'state',
    deleteBranchPolicy,
  ),
  route('GET', '/repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments', 'nothing', listPendingDeployments),
  route('POST', '/repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments', 'state', reviewPendingDeployments),
  route('GET', '/repos/{owner}/{repo}/actions/runs/{run_id}/approvals', 'nothing', listApprovals),
]

/** What stands around the code: statuses, checks, deployments, workflows, rules and settings. */
export const platformRoutes: readonly Route[] = [
  ...ruleRoutes,
  ...settingRoutes,
  ...checkRoutes,
  ...workflowRoutes,
  ...deploymentRoutes,
]
