import { Fault } from '../base/fault.ts'
import { isPublic } from '../github/runner/is-public.ts'
import type { Project } from '../project/project.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Whether values of rows may be said here: not where everybody reads along, unless the project says that everybody may. */
export async function mayShowRows({ privacy }: Project, environment: Environment): Promise<boolean> {
  return privacy.isPublic || !(await isPublic(environment))
}

/** Whether what goes on to other jobs may hold rows: everybody may download the artifacts of a public repository. */
export async function mayHandOnRows(project: Project, environment: Environment): Promise<boolean> {
  // Data that git keeps there is public already.
  return project.data.store.kind === 'git' || (await mayShowRows(project, environment))
}

/** Throws `privacy/public-repository` where what goes on to other jobs would publish the data. */
export async function refusePublishing(project: Project, environment: Environment): Promise<void> {
  if (await mayHandOnRows(project, environment)) return
  throw new Fault(
    'privacy/public-repository',
    `Cannot hand rows of "${project.model.name}" to the next job: this repository is public, so that everybody could download them; expected privacy.public: true`,
    {
      remedy: 'Make the repository private; or, where everybody may have the data, set privacy: { public: true }.',
      stays: 'nothing was published',
    },
  )
}
