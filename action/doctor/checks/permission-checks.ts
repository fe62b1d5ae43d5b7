import type { WorkflowDefaults } from '../../github/settings/repository-settings.ts'
import type { Seen } from '../../github/settings/seen.ts'
import type { WorkflowFile, WorkflowJob } from '../../project/workflow-file.ts'
import { type Check, cannotSee, type Judgement, ok, whereSeen, wrong } from '../check.ts'
import type { Observed } from '../observed.ts'

/** What the tokens of jobs may. */
export const permissionChecks: readonly Check[] = [
  {
    id: 'permissions/token',
    setting: 'The token of this run',
    where: 'page:settings/installations',
    without:
      'With GITHUB_TOKEN alone, what Plumbline makes starts no workflow by itself; a read-only token writes nothing.',
    judge: ({ token }) => {
      switch (token.kind) {
        case 'embedded':
          return ok('the embedded GitHub’s own')
        case 'app':
        case 'person':
          return ok(
            `of ${token.kind === 'app' ? 'an App' : 'a person'}${token.login === undefined ? '' : `, ${token.login}`}`,
          )
        case 'job':
          return ok('GITHUB_TOKEN: checks of retrain pull requests are dispatched, or a person approves their runs')
        case 'read-only':
          return ok('GITHUB_TOKEN that reads only: what it sees is reported, nothing is written')
        case 'unknown':
          return cannotSee('whose token this is')
      }
    },
  },
  {
    id: 'permissions/default',
    setting: 'Workflow permissions',
    where: 'page:settings/actions',
    without:
      'A workflow that declares nothing may write everything, also where it runs code that a pull request brings.',
    judge: ({ defaults }) =>
      whereSeen(defaults, ({ jobsMay }) =>
        jobsMay === 'read'
          ? ok('read repository contents')
          : wrong('read and write', 'Choose "Read repository contents and packages permissions".'),
      ),
  },
  {
    id: 'permissions/pull-requests',
    setting: 'Allow GitHub Actions to create and approve pull requests',
    where: 'page:settings/actions',
    without: 'GITHUB_TOKEN cannot open the retrain pull request, whatever its permissions; Apps can.',
    judge: ({ defaults, token, files }) => {
      const opens = commandsIn(files).includes('propose')
      return whereSeen(defaults, ({ mayOpenPulls }) => {
        if (mayOpenPulls) return ok('on')
        if (token.kind === 'app') return ok('off; this App’s token does not need it')
        if (!opens) return ok('off; needed once a workflow runs propose')
        return wrong('off, and a workflow runs propose', 'Tick it, or give propose the token of a GitHub App.')
      })
    },
  },
  {
    id: 'permissions/jobs',
    setting: 'permissions: of the workflows’ jobs',
    where: '.github/workflows',
    without: 'Too little, and a command fails at its first write; too much, and code that the job runs may write.',
    judge: (observed) => judgeJobs(observed),
  },
]

export function commandsIn(files: readonly WorkflowFile[]): readonly string[] {
  return files.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.flatMap(({ command }) => command ?? [])))
}

function judgeJobs({ files, needs, defaults }: Observed): Judgement {
  const ours = files.flatMap(({ path, jobs }) => jobs.filter(isOurs).map((job) => ({ path, job })))
  if (ours.length === 0)
    return wrong('no workflow here runs Plumbline', 'Write one: plumbline init, or copy the template’s.')
  const judged = ours.map(({ path, job }) => ({ name: `${path} ${job.id}`, ...judgeJob(job, needs, defaults) }))
  const bad = judged.filter(({ problem }) => problem !== undefined)
  if (bad.length > 0) {
    return wrong(
      bad.map(({ name, problem }) => `${name}: ${problem ?? ''}`).join('; '),
      bad.map(({ name, wanted }) => `${name}: permissions: ${wanted}`).join('; '),
    )
  }
  const hidden = judged.filter(({ isHidden }) => isHidden)
  if (hidden.length > 0)
    return cannotSee(`${hidden.map(({ name }) => name).join(', ')} declare nothing, and the default is hidden`)
  return ok(`${ours.length} jobs ask for what their commands need, and no more`)
}

interface JudgedJob {
  readonly problem?: string
  readonly wanted: string
  readonly isHidden?: boolean
}

function judgeJob(job: WorkflowJob, needs: Observed['needs'], defaults: Seen<WorkflowDefaults>): JudgedJob {
  const needed = neededBy(job, needs)
  const wanted = wordPermissions(needed)
  const granted: Readonly<Record<string, 'read' | 'write' | 'none'>> | undefined =
    job.permissions ?? (defaults.kind === 'seen' ? undeclared[defaults.value.jobsMay] : undefined)
  if (granted === undefined) return { wanted, isHidden: true }
  const lacking = Object.entries(needed).filter(([name, level]) => granted[name] !== 'write' && granted[name] !== level)
  if (lacking.length > 0) return { wanted, problem: `lacks ${wordPermissions(Object.fromEntries(lacking))}` }
  const written = Object.entries(granted).flatMap(([name, level]) => (level === 'write' ? [name] : []))
  const excess = written.filter((name) => needed[name] !== 'write')
  if (excess.length > 0 && runsUserCode(job))
    return { wanted, problem: `runs your code and may write ${excess.join(', ')}` }
  // What other actions need, nobody here knows.
  if (excess.length > 0 && job.steps.every(isKnown))
    return { wanted, problem: `may write ${excess.join(', ')}, which nothing in it needs` }
  return { wanted }
}

const undeclared = {
  read: { contents: 'read', packages: 'read' },
  write: {
    actions: 'write',
    checks: 'write',
    contents: 'write',
    deployments: 'write',
    issues: 'write',
    packages: 'write',
    'pull-requests': 'write',
    statuses: 'write',
  },
} as const satisfies Record<string, Readonly<Record<string, 'read' | 'write'>>>

function neededBy(job: WorkflowJob, needs: Observed['needs']): Readonly<Record<string, 'read' | 'write'>> {
  const needed: Record<string, 'read' | 'write'> = {}
  for (const { command } of job.steps) {
    for (const [name, level] of Object.entries((command !== undefined && needs[command]) || {})) {
      if (needed[name] !== 'write') needed[name] = level
    }
  }
  return needed
}

function isOurs({ steps }: WorkflowJob): boolean {
  return steps.some(({ command }) => command !== undefined)
}

function runsUserCode({ steps }: WorkflowJob): boolean {
  return steps.some(({ command, inputs }) => command === 'run' && /^(?:train|refit)?$/.test(inputs['job'] ?? ''))
}

function isKnown({
  uses,
  command,
}: {
  readonly uses: string | undefined
  readonly command: string | undefined
}): boolean {
  return command !== undefined || (uses !== undefined && /^actions\/(?:checkout|setup-\w+)@/.test(uses))
}

function wordPermissions(permissions: Readonly<Record<string, string>>): string {
  const entries = Object.entries(permissions)
  return entries.length === 0 ? '{}' : entries.map(([name, level]) => `${name}: ${level}`).join(', ')
}
