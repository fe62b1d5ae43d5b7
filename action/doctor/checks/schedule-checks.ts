import { type Check, cannotSee, type Judgement, ok, whereSeen, wrong } from '../check.ts'
import type { Observed } from '../observed.ts'
import { monthlyMinutes, type ScheduleCost, startsPerMonth, startsWhenBusy } from '../schedule.ts'

const dayMs = 86_400_000
/** GitHub switches schedules off after 60; two weeks before that is time enough to act. */
const idleDays = { off: 60, soon: 46 }

/** Workflows that run by the clock. */
export const scheduleChecks: readonly Check[] = [
  {
    id: 'schedule/enabled',
    setting: 'Workflows that are disabled',
    where: 'page:actions',
    without: 'A disabled workflow never runs, and nobody is told.',
    judge: ({ workflows, files, repository }) =>
      whereSeen(workflows, (known) => {
        const broken = files.filter(({ triggers }) => triggers === undefined)
        if (broken.length > 0)
          return wrong(
            `no workflow: ${broken.map(({ path }) => path).join(', ')}`,
            'Mend its YAML: it needs on: and jobs:.',
          )
        const off = known.filter(({ path, state }) => state !== 'active' && files.some((file) => file.path === path))
        if (off.length > 0)
          return wrong(
            off.map(({ path, state }) => `${path} is ${state}`).join(', '),
            'Actions, the workflow, "Enable workflow".',
          )
        const absent = files.filter(({ path }) => !known.some((workflow) => workflow.path === path))
        if (absent.length > 0)
          return wrong(
            `not on ${repository.defaultBranch}: ${absent.map(({ path }) => path).join(', ')}`,
            `Push it to ${repository.defaultBranch}: schedules and "Run workflow" are read from there alone.`,
          )
        return ok(`${known.length} workflows are active`)
      }),
  },
  {
    id: 'schedule/fork',
    setting: 'Workflows in a fork',
    where: 'page:actions',
    without: 'In a fork no schedule runs until it is enabled by hand.',
    judge: ({ repository, files, workflows }) => {
      if (!repository.isFork) return ok('no fork')
      const scheduled = cronsOf(files).map(({ path }) => path)
      if (scheduled.length === 0) return ok('a fork without schedules')
      return whereSeen(workflows, (known) => {
        const isOn = scheduled.every((path) => known.some((one) => one.path === path && one.state === 'active'))
        return isOn
          ? ok('a fork; its schedules are enabled')
          : wrong('a fork, and its schedules are off', 'Actions, "Enable workflow" for each.')
      })
    },
  },
  {
    id: 'schedule/idle',
    setting: 'Schedules of public repositories stop after 60 days without activity',
    where: 'page:actions',
    without: 'Drift, freshness and due retrainings are no longer looked at, and nothing says so.',
    judge: ({ repository, files, now }) => {
      if (cronsOf(files).length === 0) return ok('no workflow has a schedule')
      if (repository.isPrivate) return ok('private: schedules stay on')
      if (repository.pushedAt === null) return cannotSee('when it was pushed to last')
      const days = Math.floor((now.getTime() - Date.parse(repository.pushedAt)) / dayMs)
      if (days < idleDays.soon) return ok(`last push ${days} days ago`)
      const found =
        days < idleDays.off
          ? `last push ${days} days ago: off in ${idleDays.off - days} days`
          : `last push ${days} days ago`
      return wrong(found, 'Push a commit, or enable the workflow again: Actions, "Enable workflow".')
    },
  },
  {
    id: 'schedule/minute',
    setting: 'on: schedule: cron',
    where: '.github/workflows',
    without: 'Runs at :00 and :30 come late or not at all, for everybody asks then.',
    judge: ({ files }) => {
      const crons = cronsOf(files)
      if (crons.length === 0) return ok('no workflow has a schedule')
      const broken = crons.filter(({ cron }) => startsPerMonth(cron) === undefined)
      if (broken.length > 0)
        return wrong(`no schedule: ${words(broken)}`, 'Five fields: minute hour day month weekday.')
      const busy = crons.filter(({ cron }) => startsWhenBusy(cron))
      if (busy.length > 0) return wrong(`at :00 or :30: ${words(busy)}`, 'Choose another minute, such as 17.')
      return ok(`${crons.length === 1 ? 'one schedule' : `${crons.length} schedules`}, none at :00 or :30`)
    },
  },
  {
    id: 'schedule/minutes',
    setting: 'Minutes a month that the schedules cost',
    where: 'page:actions/metrics/usage',
    without: 'When the month’s minutes are used up, nothing runs until the next.',
    judge: judgeMinutes,
  },
]

function cronsOf(files: Observed['files']): readonly { readonly path: string; readonly cron: string }[] {
  return files.flatMap(({ path, triggers }) => (triggers?.['schedule']?.crons ?? []).map((cron) => ({ path, cron })))
}

function words(crons: readonly { readonly path: string; readonly cron: string }[]): string {
  return crons.map(({ path, cron }) => `${path} "${cron}"`).join(', ')
}

/** What the Free plan has for private repositories. */
const freeMinutes = 2000

function judgeMinutes({ files, measured, project, repository, rulesets }: Observed): Judgement {
  const costs = files.flatMap((file) => monthlyMinutes(file, measured[file.path], project?.prices) ?? [])
  if (costs.length === 0) return ok('no workflow has a schedule')
  const minutes = Math.round(costs.reduce((sum, cost) => sum + cost.minutes, 0))
  const found = `${minutes} min: ${costs.map(wordCost).join('; ')}`
  if (!repository.isPrivate) return ok(`${found}; free on standard runners of public repositories`)
  const isFree = rulesets.kind === 'seen' && rulesets.value.kind === 'none'
  if (isFree && minutes > freeMinutes)
    return wrong(`${found}; the Free plan has ${freeMinutes}`, 'Run less often, or move to a self-hosted runner.')
  return ok(found)
}

function wordCost({ path, starts, minutesEach, basis, price, currency }: ScheduleCost): string {
  const money = price === undefined ? '' : `, ${price.toFixed(2)} ${currency ?? ''}`.trimEnd()
  return `${path} ${Math.round(starts)} runs × ${minutesEach.toFixed(1)} min (${basis})${money}`
}
