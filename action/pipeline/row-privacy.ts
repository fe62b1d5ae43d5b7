import { Fault } from '../base/fault.ts'
import { isPublic } from '../github/runner/is-public.ts'
import type { Project } from '../project/project.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Whether values of rows may be said here: not where everybody reads along, unless the project says that everybody may. */
export async function mayShowRows({ privacy }: Project, environment: Environment): Promise<boolean> {
  return privacy.isPublic || !(await isPublic(environment))
}

/**
 * Throws `privacy/public-repository` where what goes on to other jobs would publish the data: everybody may download the
 * artifacts of a public repository. Data that git keeps there is public already.
 */
export async function refusePublishing(project: Project, environment: Environment): Promise<void> {
  if (project.data.store.kind === 'git' || (await mayShowRows(project, environment))) return
  throw new Fault(
    'privacy/public-repository',
    `Cannot hand rows of "${project.model.name}" to the next job: this repository is public, so that everybody could download them; expected privacy.public: true`,
    {
      remedy: 'Make the repository private; or, where everybody may have the data, set privacy: { public: true }.',
      stays: 'nothing was published',
    },
  )
}
