import type { WorkflowFile, WorkflowJob } from '../../project/workflow-file.ts'
import { type Check, type Judgement, ok, wrong } from '../check.ts'
import type { Observed } from '../observed.ts'

/** Whether reports of pull requests reach them where the run's own token only reads. */
export const commentChecks: readonly Check[] = [
  {
    id: 'comments/workflow',
    setting: 'on: workflow_run of the workflow that comments',
    where: '.github/workflows',
    without:
      'The token of a run of a fork or of Dependabot only reads: its report stays in the job’s summary and an artifact, and no comment says what it came to.',
    judge: judgeComments,
  },
]

const checkedByDefault = '.github/workflows/plumbline.yml'
const copy = 'Copy comment.yml from the template: plumbline init writes it, too.'

/** Whether somebody comments for the runs that may not. */
export function judgeComments({
  files,
  repository,
}: Pick<Observed, 'files'> & { readonly repository: Pick<Observed['repository'], 'isPrivate'> }): Judgement {
  const asking = files.filter((file) => isOfPulls(file) && file.jobs.some(asksForComment))
  const [check] = asking
  if (!check) return ok('no run of a pull request has comment: true')
  const writers = files.flatMap((file) => writersIn(file))
  const missed = asking.filter(({ path }) => !writers.some(({ reports }) => reports === path))
  const [first] = missed
  if (!first) {
    const unheard = writers.find(({ file, reports }) => !waitsFor(file, nameOf(files, reports)))
    if (!unheard) return ok(`${asking.map(({ path }) => path).join(', ')}: reported by ${pathsOf(writers)}`)
    return wrong(
      `${unheard.file.path} does not wait for "${nameOf(files, unheard.reports)}", the name of ${unheard.reports}`,
      `Write on: { workflow_run: { workflows: [${nameOf(files, unheard.reports)}], types: [completed] } }`,
    )
  }
  if (writers.length > 0) {
    return wrong(
      `${pathsOf(writers)} reports ${writers.map(({ reports }) => reports).join(', ')}, and not ${first.path}`,
      `Give its step the input workflow: ${first.path}`,
    )
  }
  const areOwnWritten = asking.every(({ jobs }) => jobs.filter(asksForComment).every(mayComment))
  if (repository.isPrivate && areOwnWritten) return ok('runs of this repository comment themselves; forks’ do not')
  const whose = areOwnWritten ? 'runs of forks and of Dependabot' : 'its runs'
  return wrong(`${first.path} has comment: true, ${whose} may not comment, and no workflow runs comment`, copy)
}

interface Writer {
  readonly file: WorkflowFile
  /** The workflow whose runs it reports. */
  readonly reports: string
}

function writersIn(file: WorkflowFile): readonly Writer[] {
  if (!file.triggers || !('workflow_run' in file.triggers)) return []
  return file.jobs.flatMap(({ steps }) =>
    steps
      .filter(({ command }) => command === 'comment')
      .map(({ inputs }) => ({ file, reports: inputs['workflow'] ?? checkedByDefault })),
  )
}

function isOfPulls({ triggers }: WorkflowFile): boolean {
  return triggers !== undefined && 'pull_request' in triggers
}

function asksForComment({ steps }: WorkflowJob): boolean {
  return steps.some(({ command, inputs }) => command !== undefined && inputs['comment'] === 'true')
}

function mayComment({ permissions }: WorkflowJob): boolean {
  return permissions?.['pull-requests'] === 'write' || permissions?.['issues'] === 'write'
}

function waitsFor({ triggers }: WorkflowFile, name: string): boolean {
  return triggers?.['workflow_run']?.workflows?.includes(name) === true
}

function nameOf(files: readonly WorkflowFile[], path: string): string {
  return files.find((file) => file.path === path)?.name ?? path
}

function pathsOf(writers: readonly Writer[]): string {
  return [...new Set(writers.map(({ file }) => file.path))].join(', ')
}
