import { type Check, cannotSee, ok, whereSeen, wrong } from '../check.ts'

/** What workflows and `plumbline.yaml` name and somebody must have made: secrets, environments, labels. */
export const nameChecks: readonly Check[] = [
  {
    id: 'names/secrets',
    setting: 'Repository secrets',
    where: 'page:settings/secrets/actions',
    without: 'An absent secret is an empty text: a stage or a store fails for a reason that looks like another.',
    judge: ({ files, secrets, project }) => {
      const jobs = files.flatMap((file) => file.jobs)
      const passed = new Set(jobs.flatMap(({ variables }) => variables))
      const unpassed = (project?.secrets ?? []).filter((name) => !passed.has(name))
      if (unpassed.length > 0 && files.length > 0)
        return wrong(
          `no workflow sets ${unpassed.join(', ')}, which plumbline.yaml names`,
          `env: ${unpassed[0] ?? ''}: a secret of that name`,
        )
      const named = [...new Set(jobs.filter((job) => job.environment === undefined).flatMap((job) => job.secrets))]
      const ofEnvironments = jobs.some((job) => job.environment !== undefined && job.secrets.length > 0)
      if (named.length === 0 && !ofEnvironments) return ok('no workflow names one')
      return whereSeen(secrets, (known) => {
        const there = new Set(known.map((name) => name.toUpperCase()))
        const missing = named.filter((name) => !there.has(name.toUpperCase()))
        if (missing.length > 0)
          return wrong(`missing: ${missing.join(', ')}`, '"New repository secret", with that name.')
        if (ofEnvironments) return cannotSee('which secrets the environments hold; only their jobs get them')
        return ok(`all ${named.length} are there`)
      })
    },
  },
  {
    id: 'names/environments',
    setting: 'Environments',
    where: 'page:settings/environments',
    without: 'A job that names a missing environment makes an empty one, which nobody has to approve.',
    judge: ({ files, environments }) => {
      const named = environmentsIn(files)
      if (named.length === 0) return ok('no workflow names one')
      return whereSeen(environments, (known) => {
        const missing = named.filter((name) => !known.some((one) => one.name.toLowerCase() === name.toLowerCase()))
        return missing.length > 0
          ? wrong(`missing: ${missing.join(', ')}`, 'Make it: plumbline setup --apply, or "New environment".')
          : ok(named.join(', '))
      })
    },
  },
  {
    id: 'names/reviewers',
    setting: 'Environments: Required reviewers',
    where: 'page:settings/environments',
    without: 'The job runs without asking anybody: that it ran is no approval.',
    judge: ({ files, environments, repository, rulesets }) => {
      const named = environmentsIn(files)
      if (named.length === 0) return ok('no workflow names an environment; approval is the pull request')
      return whereSeen(environments, (known) => {
        const open = named.filter((name) => (known.find((one) => one.name === name)?.reviewers.length ?? 0) === 0)
        if (open.length === 0) return ok(`asked for in ${named.join(', ')}`)
        const lacks = repository.isPrivate && rulesets.kind === 'seen' && rulesets.value.kind === 'none'
        return lacks
          ? wrong(
              `nobody is asked before ${open.join(', ')}, and private repositories of this plan cannot ask anybody`,
              'Approve by the pull request, make the repository public, or use GitHub Enterprise.',
            )
          : wrong(
              `none in ${open.join(', ')}`,
              'Name reviewers, or approve by the pull request and leave environment: out.',
            )
      })
    },
  },
  {
    id: 'names/labels',
    setting: 'Labels',
    where: 'page:labels',
    without: 'People cannot filter by them; Plumbline itself decides nothing by a label.',
    judge: ({ wantedLabels, labels }) => {
      if (wantedLabels.length === 0) return ok('none is asked for in .github/plumbline-settings.yaml')
      return whereSeen(labels, (known) => {
        const there = new Set(known.map(({ name }) => name.toLowerCase()))
        const missing = wantedLabels.filter((name) => !there.has(name.toLowerCase()))
        return missing.length > 0
          ? wrong(`missing: ${missing.join(', ')}`, 'plumbline setup --apply')
          : ok(wantedLabels.join(', '))
      })
    },
  },
]

function environmentsIn(files: Parameters<Check['judge']>[0]['files']): readonly string[] {
  return [...new Set(files.flatMap(({ jobs }) => jobs.flatMap(({ environment }) => environment ?? [])))]
}
