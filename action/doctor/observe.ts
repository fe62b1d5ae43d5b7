import type { GitHubClient } from '../github/client.ts'
import { readTokenMode } from '../github/read-token-mode.ts'
import { readBranchRules, readRulesets } from '../github/settings/branch-settings.ts'
import { readEnvironments, readLabels } from '../github/settings/environment-settings.ts'
import {
  readActionsPolicy,
  readImmutableReleases,
  readRepository,
  readSecretNames,
  readWorkflowDefaults,
} from '../github/settings/repository-settings.ts'
import type { Seen } from '../github/settings/seen.ts'
import { type MeasuredRun, measureRuns, readWorkflows } from '../github/settings/workflow-settings.ts'
import type { Project } from '../project/project.ts'
import { readJobPermissions } from '../project/read-job-permissions.ts'
import { readWorkflowFiles, type WorkflowFile } from '../project/workflow-file.ts'
import { type Observed, type ObservedProject, ownBranches } from './observed.ts'
import { probeStore } from './probe-store.ts'

export interface Surroundings {
  readonly repositoryFolder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly now: Date
  readonly signal: AbortSignal
  readonly project: Project | undefined
  readonly needs: Observed['needs']
  readonly wantedLabels: readonly string[]
  readonly storeTimeoutMs: number
}

/** Runs that are measured, of each workflow with a schedule. */
const measuredRuns = 3

/** Looks at everything that the checks judge; writes nothing. */
export async function observe(client: GitHubClient, around: Surroundings): Promise<Observed> {
  const { project, environment } = around
  const repository = await readRepository(client)
  const files = await readWorkflowFiles(around.repositoryFolder)
  const actions = await readActionsPolicy(client)
  // Only those who administer the repository see that one, by GitHub's documentation.
  const administers = repository.isAdmin || actions.kind === 'seen'
  const model = project?.model.name
  return {
    now: around.now,
    repository,
    token: await readTokenMode(client, environment, await readJobPermissions(environment)),
    actions,
    defaults: await readWorkflowDefaults(client),
    rulesets: await readRulesets(client),
    branchRules: await readBranchRules(client, [repository.defaultBranch, ...ownBranches(model)]),
    immutableReleases: await readImmutableReleases(client, administers),
    workflows: await readWorkflows(client),
    measured: await measureSchedules(client, files),
    environments: await readEnvironments(client),
    labels: await readLabels(client),
    secrets: await readSecretNames(client),
    files,
    needs: around.needs,
    wantedLabels: around.wantedLabels,
    project: project && (await observeProject(project, around)),
  }
}

async function measureSchedules(client: GitHubClient, files: readonly WorkflowFile[]): Promise<Observed['measured']> {
  const measured: Record<string, Seen<readonly MeasuredRun[]>> = {}
  for (const { path, triggers } of files) {
    if (triggers?.['schedule']) measured[path] = await measureRuns(client, path, measuredRuns)
  }
  return measured
}

async function observeProject(project: Project, { storeTimeoutMs, signal }: Surroundings): Promise<ObservedProject> {
  const programs = [...project.stages, ...project.hooks, ...project.data.sources]
  return {
    model: project.model.name,
    secrets: [...new Set(programs.flatMap(({ secrets }) => secrets))],
    prices: project.cost,
    store: await probeStore(project, storeTimeoutMs, signal),
  }
}
