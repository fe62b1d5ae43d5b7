import type { Ruleset, Rulesets } from '../github/settings/branch-settings.ts'
import type { KnownEnvironment, KnownLabel } from '../github/settings/environment-settings.ts'
import type { WorkflowDefaults } from '../github/settings/repository-settings.ts'
import type { Seen } from '../github/settings/seen.ts'
import type { SettingsDocument } from '../project/settings-file.ts'

/** What is there, as far as the token sees it. */
export interface Present {
  readonly page: string
  readonly labels: Seen<readonly KnownLabel[]>
  readonly environments: Seen<readonly KnownEnvironment[]>
  readonly rulesets: Seen<Rulesets>
  readonly defaults: Seen<WorkflowDefaults>
}

export interface SetupStep {
  /** `label retrain`, `environment production`, `ruleset Plumbline: released models` */
  readonly thing: string
  readonly kind: 'create' | 'change' | 'nothing' | 'cannot'
  /** What it becomes, or why it cannot. */
  readonly what: string
  /** Where a person does it by hand. */
  readonly where: string
  /** Null where there is nothing to write. */
  readonly write: SetupWrite | null
}

export type SetupWrite =
  | { readonly kind: 'label'; readonly isNew: boolean; readonly label: KnownLabel }
  | {
      readonly kind: 'environment'
      readonly name: string
      /** Logins; undefined: those that are there stay. */
      readonly reviewers: readonly string[] | undefined
      readonly waitMinutes: number
      readonly known: KnownEnvironment | undefined
    }
  | { readonly kind: 'ruleset'; readonly id: number | undefined; readonly ruleset: WantedRuleset }
  | { readonly kind: 'defaults'; readonly defaults: WorkflowDefaults }

export interface WantedRuleset {
  readonly name: string
  readonly target: 'branch' | 'tag'
  readonly include: readonly string[]
  readonly rules: readonly string[]
}

/** Plumbline only ever adds to the ledger and to deploy branches, and never moves the tag of a model. */
const branchRuleset: WantedRuleset = {
  name: 'Plumbline: ledger and deployments',
  target: 'branch',
  include: ['refs/heads/plumbline/deploy/*', 'refs/heads/plumbline/ledger'],
  rules: ['deletion', 'non_fast_forward'],
}

function tagRuleset(models: readonly string[]): WantedRuleset {
  return {
    name: 'Plumbline: released models',
    target: 'tag',
    include: models.map((model) => `refs/tags/${model}-v*`).sort(),
    rules: ['update'],
  }
}

/** What to write so that the repository is as the file says; what the file does not name is nobody's business here. */
export function planSetup(wanted: SettingsDocument, present: Present, models: readonly string[]): readonly SetupStep[] {
  const { protect } = wanted
  return [
    ...Object.entries(wanted.labels).map(([name, label]) => planLabel({ name, ...label }, present)),
    ...Object.entries(wanted.environments).map(([name, rules]) => planEnvironment(name, rules, present)),
    ...(protect.branches ? [planRuleset(branchRuleset, present)] : []),
    ...(protect.tags && models.length > 0 ? [planRuleset(tagRuleset(models), present)] : []),
    ...planDefaults(wanted.actions, present),
  ]
}

function planLabel(given: KnownLabel, { labels, page }: Present): SetupStep {
  const label = { ...given, color: given.color.toLowerCase() }
  const about = { thing: `label ${label.name}`, where: `${page}/labels` }
  if (labels.kind === 'unseen') return cannot(about, labels.why)
  const known = labels.value.find(({ name }) => name.toLowerCase() === label.name.toLowerCase())
  const what = `#${label.color} ${label.description}`.trim()
  if (!known) return { ...about, kind: 'create', what, write: { kind: 'label', isNew: true, label } }
  const isSame = known.name === label.name && known.color === label.color && known.description === label.description
  if (isSame) return { ...about, kind: 'nothing', what, write: null }
  return { ...about, kind: 'change', what, write: { kind: 'label', isNew: false, label } }
}

function planEnvironment(
  name: string,
  rules: SettingsDocument['environments'][string],
  { environments, page }: Present,
): SetupStep {
  const about = { thing: `environment ${name}`, where: `${page}/settings/environments` }
  if (environments.kind === 'unseen') return cannot(about, environments.why)
  const known = environments.value.find((one) => one.name.toLowerCase() === name.toLowerCase())
  const waitMinutes = rules['wait-minutes'] ?? known?.waitMinutes ?? 0
  const reviewers = rules.reviewers
  const asked = reviewers ?? known?.reviewers ?? []
  const what = `${asked.length === 0 ? 'nobody approves' : `one of ${asked.join(', ')} approves`}${waitMinutes > 0 ? `, waits ${waitMinutes} min` : ''}`
  const write = { kind: 'environment', name: known?.name ?? name, reviewers, waitMinutes, known } as const
  if (!known) return { ...about, kind: 'create', what, write }
  const isSame = known.waitMinutes === waitMinutes && (!reviewers || isSameSet(reviewers, known.reviewers))
  return isSame ? { ...about, kind: 'nothing', what, write: null } : { ...about, kind: 'change', what, write }
}

function planRuleset(ruleset: WantedRuleset, { rulesets, page }: Present): SetupStep {
  const about = { thing: `ruleset ${ruleset.name}`, where: `${page}/settings/rules` }
  if (rulesets.kind === 'unseen') return cannot(about, rulesets.why)
  if (rulesets.value.kind === 'none') return cannot(about, 'private repositories of this plan have no rulesets')
  const known = rulesets.value.rulesets.find(({ name }) => name === ruleset.name)
  const what = `${ruleset.include.join(', ')}: no ${ruleset.rules.join(', no ')}`
  const write = { kind: 'ruleset', id: known?.id, ruleset } as const
  if (!known) return { ...about, kind: 'create', what, write }
  return isAsWanted(known, ruleset)
    ? { ...about, kind: 'nothing', what, write: null }
    : { ...about, kind: 'change', what, write }
}

/** Who may bypass it is not ours. */
function isAsWanted(known: Ruleset, wanted: WantedRuleset): boolean {
  return (
    known.target === wanted.target &&
    known.enforcement === 'active' &&
    known.exclude.length === 0 &&
    isSameSet(known.include, wanted.include) &&
    isSameSet(
      known.rules.map(({ type }) => type),
      wanted.rules,
    )
  )
}

function planDefaults(wanted: SettingsDocument['actions'], { defaults, page }: Present): readonly SetupStep[] {
  const { 'pull-requests': mayOpenPulls, 'default-permissions': jobsMay } = wanted
  if (mayOpenPulls === undefined && jobsMay === undefined) return []
  const about = { thing: 'workflow permissions', where: `${page}/settings/actions` }
  if (defaults.kind === 'unseen') return [cannot(about, defaults.why)]
  const after: WorkflowDefaults = {
    jobsMay: jobsMay ?? defaults.value.jobsMay,
    mayOpenPulls: mayOpenPulls ?? defaults.value.mayOpenPulls,
  }
  const what = `jobs ${after.jobsMay}, pull requests by Actions ${after.mayOpenPulls ? 'on' : 'off'}`
  const isSame = after.jobsMay === defaults.value.jobsMay && after.mayOpenPulls === defaults.value.mayOpenPulls
  if (isSame) return [{ ...about, kind: 'nothing', what, write: null }]
  return [{ ...about, kind: 'change', what, write: { kind: 'defaults', defaults: after } }]
}

function cannot(about: { readonly thing: string; readonly where: string }, what: string): SetupStep {
  return { ...about, kind: 'cannot', what, write: null }
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item))
}
