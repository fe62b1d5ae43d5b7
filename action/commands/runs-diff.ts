import { Fault } from '../base/fault.ts'
import type { RunDifference } from '../report/report-run-diff.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, text } from './fields.ts'
import { runsFields } from './runs-fields.ts'

export const runsDiff = defineCommand({
  name: 'runs diff',
  group: 'model',
  summary: 'Show how two runs differ: what made them, what they came to, what they took.',
  example: 'plumbline runs diff parcels-v11 latest',
  inputs: {
    a: text({
      description: 'The earlier run: a tag, at least 4 digits of a run key, or latest',
      example: 'parcels-v11',
      default: 'the run before the newest',
      positional: true,
    }),
    b: text({
      description: 'The later run, named the same way',
      example: 'latest',
      default: 'the newest run',
      positional: true,
    }),
    all: flag({ description: 'Also what is the same in both' }),
    local: runsFields.local,
  },
  outputs: { differs: '`true` where anything that made the runs differs' },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ a, b, all, local }, context): Promise<Outcome<RunDifference>> {
    const { runsOfProject } = await import('./known-runs.ts')
    const { changedCode, changedData } = await import('../pipeline/changed-files.ts')
    const { compareRuns } = await import('../pipeline/compare-runs.ts')
    const { findRun, twoNewest } = await import('../pipeline/find-run.ts')
    const { showRun } = await import('../pipeline/show-run.ts')
    const { project, runs, named, sources, prices } = await runsOfProject(context, local)
    const [before, after] =
      a === undefined && b === undefined
        ? twoNewest(runs)
        : [findRun(runs, named(a ?? 'latest')), findRun(runs, named(b ?? 'latest'))]
    if (before.runKey === after.runKey) throw sameRun(before.runKey)

    const [older, newer] = [showRun(before, prices), showRun(after, prices)]
    const [one, other] = [older.record, newer.record]
    return {
      kind: 'done',
      result: {
        before: older,
        after: newer,
        comparison: compareRuns(one, other),
        code: await changedCode(context.folder, one.code.commit, other.code.commit),
        data: project ? await changedData(project, one.data.digest, other.data.digest) : null,
        isAll: all,
        currency: prices.currency,
        sources,
      },
    }
  },

  async report(difference) {
    const { reportRunDiff } = await import('../report/report-run-diff.ts')
    return reportRunDiff(difference)
  },
})

function sameRun(runKey: string): Fault {
  return new Fault(
    'runs/unknown',
    `Cannot compare run ${runKey.slice(0, 8)} with itself: both names mean this run; expected two of different run keys`,
    { remedy: 'See plumbline runs list; executions of one run are told by plumbline runs show.' },
  )
}
