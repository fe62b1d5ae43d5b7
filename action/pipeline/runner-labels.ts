import type { Project } from '../project/project.ts'
import { stagesOfRefit } from './declare-keys.ts'
import type { Job } from './run-session.ts'

const hosted: Readonly<Record<string, string>> = {
  Linux: 'ubuntu-latest',
  Windows: 'windows-latest',
  macOS: 'macos-latest',
}

/**
 * What the runner of this job is, the most telling label first: those that the stages declare, then what the runner says of
 * itself. Undefined outside of a workflow. A runner does not tell its job the labels that it was asked for.
 */
export function runnerLabels(
  environment: Readonly<Record<string, string | undefined>>,
  declared: readonly string[],
): readonly string[] | undefined {
  const { GITHUB_ACTIONS, RUNNER_ENVIRONMENT, RUNNER_OS = '' } = environment
  if (GITHUB_ACTIONS !== 'true') return undefined
  const own = RUNNER_ENVIRONMENT === 'self-hosted' ? 'self-hosted' : (hosted[RUNNER_OS] ?? 'unknown')
  return [...new Set([...declared, own])]
}

/** The labels under `runner:` of the user's stages that these jobs run. */
export function declaredLabels(project: Project, jobs: ReadonlySet<Job>): readonly string[] {
  const stages = [...(jobs.has('train') ? project.stages : []), ...(jobs.has('refit') ? stagesOfRefit(project) : [])]
  return [...new Set(stages.flatMap(({ runner }) => runner ?? []))]
}
