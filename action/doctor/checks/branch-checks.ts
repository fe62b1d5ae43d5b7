import type { BranchRules, Rule, Ruleset } from '../../github/settings/branch-settings.ts'
import { type Check, cannotSee, type Judgement, ok, whereSeen, wrong } from '../check.ts'
import type { Observed } from '../observed.ts'
import { fitsRef } from '../ref-pattern.ts'
import { branchesFit, reportersOf } from '../required-checks.ts'

/** Protection and rulesets: of the default branch, of Plumbline's branches, of the tags of models. */
export const branchChecks: readonly Check[] = [
  {
    id: 'branches/default',
    setting: 'Default branch',
    where: 'page:settings/branches',
    without: 'A merge to the default branch trains and releases nothing, and no schedule runs.',
    judge: ({ repository, files }) => {
      const { defaultBranch } = repository
      const released = files.filter(({ jobs }) =>
        jobs.some(({ steps }) => steps.some(({ command }) => command === 'register')),
      )
      if (released.length === 0)
        return wrong('no workflow here runs register', 'Add the job publish of the template: command: register.')
      const missing = released.filter(
        ({ triggers }) => !triggers?.['push'] || !branchesFit(triggers['push'], defaultBranch),
      )
      if (missing.length === 0)
        return ok(`${defaultBranch}; a push to it starts ${released.map(({ path }) => path).join(', ')}`)
      return wrong(
        `a push to ${defaultBranch} does not start ${missing.map(({ path }) => path).join(', ')}`,
        `on: push: branches: [${defaultBranch}]`,
      )
    },
  },
  {
    id: 'branches/pushes',
    setting: 'Rules of plumbline/ledger, plumbline/retrain/*, plumbline/deploy/*',
    where: 'page:settings/rules',
    without: 'Plumbline cannot record runs, open retrain pull requests or say what is live.',
    judge: (observed) =>
      whereSeen(observed.branchRules, ([, ...own]) =>
        judgeBinding(observed, own, refusesOwnPush, 'no rule refuses Plumbline’s pushes'),
      ),
  },
  {
    id: 'branches/signatures',
    setting: 'Require signed commits',
    where: 'page:settings/rules',
    without: 'A retrain pull request cannot be merged: Plumbline’s commit carries its own author and is not signed.',
    judge: (observed) =>
      whereSeen(observed.branchRules, ([main]) => {
        const asked = main?.rules.some(({ type }) => type === 'required_signatures') === true
        if (!asked) return ok('not required on the default branch')
        if (observed.repository.onlySquashes) return ok('required; only squash merges are allowed, which GitHub signs')
        return judgeBinding(
          observed,
          main ? [main] : [],
          ({ type }) => type === 'required_signatures',
          'not required',
          squash,
        )
      }),
  },
  {
    id: 'branches/checks',
    setting: 'Require status checks to pass',
    where: 'page:settings/rules',
    without:
      'A required check that never reports on a pull request of data.lock.yaml alone blocks every retrain pull request.',
    judge: (observed) =>
      whereSeen(observed.branchRules, ([main]) => {
        const required = requiredChecks(main)
        if (required.length === 0) return ok('no check is required')
        const bad: string[] = []
        const unknown: string[] = []
        for (const { context, isOfActions } of required) {
          const reporters = reportersOf(context, observed.files)
          if (reporters.some((reporter) => reporter.reportsOn(observed.repository.defaultBranch))) continue
          if (reporters.length > 0) bad.push(`"${context}": ${reporters[0]?.path ?? ''} leaves out such pull requests`)
          else if (isOfActions) bad.push(`"${context}": no workflow has a job of that name`)
          else unknown.push(`"${context}"`)
        }
        if (bad.length > 0)
          return wrong(
            bad.join('; '),
            'Require a job that always reports, without paths: in its workflow’s on: pull_request.',
          )
        if (unknown.length > 0) return cannotSee(`who reports ${unknown.join(', ')}: no workflow here does`)
        return ok(`${required.length} required, and each reports`)
      }),
  },
  {
    id: 'branches/checks-of-bot',
    setting: 'Required checks on pull requests that GITHUB_TOKEN opens',
    where: '.github/workflows',
    without:
      'Their runs wait until a person presses "Approve workflows to run"; until then the pull request cannot be merged.',
    judge: (observed) =>
      whereSeen(observed.branchRules, ([main]) => {
        const required = requiredChecks(main)
        if (required.length === 0) return ok('no check is required')
        if (observed.token.kind === 'app' || observed.token.kind === 'person')
          return ok('with this token runs start by themselves; with GITHUB_TOKEN they would wait')
        const waiting = required
          .flatMap(({ context }) => reportersOf(context, observed.files))
          .filter(({ triggers }) => !triggers['workflow_dispatch'])
        if (waiting.length === 0) return ok('each can be dispatched on the bot’s branch')
        const paths = [...new Set(waiting.map(({ path }) => path))].join(', ')
        return wrong(
          `cannot be dispatched: ${paths}`,
          'Add workflow_dispatch to its on:, or propose with the token of a GitHub App.',
        )
      }),
  },
  {
    id: 'branches/merge-queue',
    setting: 'Require merge queue',
    where: 'page:settings/rules',
    without: 'A pull request in the queue waits for checks that no workflow starts.',
    judge: (observed) =>
      whereSeen(observed.branchRules, ([main]) => {
        if (main?.rules.some(({ type }) => type === 'merge_queue') !== true) return ok('no merge queue')
        const deaf = requiredChecks(main)
          .flatMap(({ context }) => reportersOf(context, observed.files))
          .filter(({ triggers }) => !triggers['merge_group'])
        if (deaf.length === 0) return ok('on, and the workflows of required checks run on merge_group')
        return wrong(
          `not on merge_group: ${[...new Set(deaf.map(({ path }) => path))].join(', ')}`,
          'Add merge_group to its on:.',
        )
      }),
  },
  {
    id: 'branches/tags',
    setting: 'Tag rulesets',
    where: 'page:settings/rules',
    without: 'A model cannot be published: GitHub refuses its tag when the release is.',
    judge: (observed) =>
      whereSeen(observed.rulesets, (rulesets) => {
        if (rulesets.kind === 'none')
          return ok('private repositories of this plan have no rulesets: nothing refuses a tag')
        const tag = `${observed.project?.model ?? 'model'}-v1-g0123456a-d0123456a`
        const refusing = rulesets.rulesets.filter((ruleset) => refusesTag(ruleset, tag))
        return judgeRulesets(observed, refusing, `no ruleset refuses a tag such as ${tag}`)
      }),
  },
]

const squash = 'Allow squash merges alone (settings, "Pull Requests"), which GitHub signs itself.'

/** A ledger and a deploy branch only ever grow; a retrain branch is rewritten when newer data comes. */
function refusesOwnPush({ type, parameters }: Rule, branch: string): boolean {
  switch (type) {
    case 'creation':
    case 'update':
    case 'pull_request':
    case 'required_signatures':
    case 'required_deployments':
    case 'workflows':
    case 'merge_queue':
    case 'code_scanning':
      return true
    case 'required_status_checks':
      return checksIn(parameters).length > 0
    case 'non_fast_forward':
      return branch.startsWith('plumbline/retrain/')
    case 'branch_name_pattern':
      return !fitsPattern(parameters, branch)
    case 'commit_author_email_pattern':
    case 'committer_email_pattern':
    case 'commit_message_pattern':
      return true
    default:
      return false
  }
}

function refusesTag(ruleset: Ruleset, tag: string): boolean {
  if (ruleset.target !== 'tag' || ruleset.enforcement !== 'active' || !fitsRef(ruleset, `refs/tags/${tag}`))
    return false
  return ruleset.rules.some(
    ({ type, parameters }) => type === 'creation' || (type === 'tag_name_pattern' && !fitsPattern(parameters, tag)),
  )
}

/** The rules of branches that stand in Plumbline's way, unless whoever it is may go round them. */
function judgeBinding(
  observed: Observed,
  branches: readonly BranchRules[],
  stands: (rule: Rule, branch: string) => boolean,
  fine: string,
  mend = 'Exclude these branches from the ruleset, or let the App that pushes (GitHub Actions) bypass it.',
): Judgement {
  const standing = branches.flatMap(({ branch, rules }) =>
    rules.filter((rule) => stands(rule, branch)).map((rule) => ({ branch, rule })),
  )
  if (standing.length === 0) return ok(fine)
  const binding = standing.map((one) => ({ ...one, bypass: bypassOf(observed, one.rule.rulesetId) }))
  const words = (list: typeof binding) =>
    [...new Set(list.map(({ branch, rule }) => `${rule.type} on ${branch}`))].join(', ')
  const certain = binding.filter(({ bypass }) => bypass === 'no')
  if (certain.length > 0) return wrong(words(certain), mend)
  const unsure = binding.filter(({ bypass }) => bypass === 'cannot see')
  if (unsure.length > 0) return cannotSee(`who may bypass ${words(unsure)}; it takes write access`)
  return ok(`an App may bypass ${words(binding)}`)
}

function judgeRulesets(observed: Observed, refusing: readonly Ruleset[], fine: string): Judgement {
  if (refusing.length === 0) return ok(fine)
  const names = (list: readonly Ruleset[]) => list.map(({ name }) => `"${name}"`).join(', ')
  const certain = refusing.filter(({ id }) => bypassOf(observed, id) === 'no')
  if (certain.length > 0)
    return wrong(
      `${names(certain)} refuses to create it`,
      'Exclude the tags of models, or let the App that publishes bypass it.',
    )
  const unsure = refusing.filter(({ id }) => bypassOf(observed, id) === 'cannot see')
  if (unsure.length > 0) return cannotSee(`who may bypass ${names(unsure)}; it takes write access`)
  return ok(`an App may bypass ${names(refusing)}`)
}

/** Workflows push as an App: GitHub Actions, or the one whose token they are given. */
function bypassOf({ rulesets }: Observed, id: number | undefined): 'yes' | 'no' | 'cannot see' {
  if (id === undefined) return 'no'
  if (rulesets.kind !== 'seen' || rulesets.value.kind !== 'some') return 'cannot see'
  const bypass = rulesets.value.rulesets.find((ruleset) => ruleset.id === id)?.bypass
  if (bypass === undefined) return 'cannot see'
  return bypass.some(({ actorType, mode }) => actorType === 'Integration' && mode !== 'pull_request') ? 'yes' : 'no'
}

const actionsAppId = 15368

interface RequiredCheck {
  readonly context: string
  /** Only GitHub Actions may report it. */
  readonly isOfActions: boolean
}

function requiredChecks(branch: BranchRules | undefined): readonly RequiredCheck[] {
  const all = (branch?.rules ?? []).flatMap(({ type, parameters }) =>
    type === 'required_status_checks' ? checksIn(parameters) : [],
  )
  return all.filter(({ context }, index) => all.findIndex((other) => other.context === context) === index)
}

function checksIn(parameters: Rule['parameters']): readonly RequiredCheck[] {
  const listed: unknown = parameters['required_status_checks']
  return (Array.isArray(listed) ? listed : []).flatMap((check: unknown) => {
    if (typeof check !== 'object' || check === null || !('context' in check) || typeof check.context !== 'string')
      return []
    const isOfActions = 'integration_id' in check && check.integration_id === actionsAppId
    return [{ context: check.context, isOfActions }]
  })
}

function fitsPattern({ operator, pattern, negate }: Rule['parameters'], name: string): boolean {
  if (typeof pattern !== 'string') return false
  return isMatch(operator, pattern, name) !== (negate === true)
}

function isMatch(operator: unknown, pattern: string, name: string): boolean {
  if (operator === 'starts_with') return name.startsWith(pattern)
  if (operator === 'ends_with') return name.endsWith(pattern)
  if (operator === 'contains') return name.includes(pattern)
  try {
    return new RegExp(pattern).test(name)
  } catch {
    return false
  }
}
