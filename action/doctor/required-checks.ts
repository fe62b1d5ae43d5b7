import picomatch from 'picomatch'

import type { WorkflowFile, WorkflowTrigger } from '../project/workflow-file.ts'

/** A workflow with a job that reports a check of a name. */
export interface Reporter {
  readonly path: string
  readonly triggers: NonNullable<WorkflowFile['triggers']>
  /** Whether it does so on a pull request to `base` that changes lock files alone. */
  readonly reportsOn: (base: string) => boolean
}

const lockFiles = ['data.lock.yaml', 'models/model/data.lock.yaml']

export function reportersOf(context: string, files: readonly WorkflowFile[]): readonly Reporter[] {
  return files.flatMap(({ path, triggers, jobs }) => {
    if (!triggers || !jobs.some(({ checkName }) => isNamed(checkName, context))) return []
    const onPulls = triggers['pull_request'] ?? triggers['pull_request_target']
    const reportsOn = (base: string) =>
      onPulls !== undefined && branchesFit(onPulls, base) && lockFiles.some((file) => pathFits(onPulls, file))
    return [{ path, triggers, reportsOn }]
  })
}

export function branchesFit({ branches, branchesIgnore }: WorkflowTrigger, branch: string): boolean {
  if (branchesIgnore?.some((pattern) => fits(pattern, branch)) === true) return false
  return branches === undefined || taken(branches, branch)
}

function pathFits({ paths, pathsIgnore }: WorkflowTrigger, path: string): boolean {
  if (pathsIgnore?.some((pattern) => fits(pattern, path)) === true) return false
  return paths === undefined || taken(paths, path)
}

/** A later pattern that begins with `!` takes back what an earlier one took. */
function taken(patterns: readonly string[], name: string): boolean {
  return patterns.reduce((isIn, pattern) => {
    const isTakenBack = pattern.startsWith('!')
    return fits(isTakenBack ? pattern.slice(1) : pattern, name) ? !isTakenBack : isIn
  }, false)
}

function fits(pattern: string, name: string): boolean {
  // For GitHub `**` alone crosses slashes wherever it stands.
  return (
    picomatch.isMatch(name, pattern.replace(/(^|[^/])\*\*$/, '$1**/*'), { dot: true, nobrace: true }) ||
    picomatch.isMatch(name, pattern, { dot: true, nobrace: true })
  )
}

/** A matrix adds its values, a called workflow its own jobs: `test (3.12)`, `call / test`. */
function isNamed(checkName: string, context: string): boolean {
  if (checkName.includes('${{')) return false
  return context === checkName || context.startsWith(`${checkName} (`) || context.startsWith(`${checkName} / `)
}
