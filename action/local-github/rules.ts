import { type Access, actorOf } from './access.ts'
import { passedContexts } from './passed-contexts.ts'
import type { Platform } from './platform-state.ts'
import { Refusal } from './refusal.ts'
import { appIdOf } from './resources.ts'
import type { State } from './state.ts'
import type { StoredProtection, StoredRule, StoredRuleset } from './stored-rules.ts'

/** What somebody wants to do to a ref: a push, a call of the API, a merge. */
export interface RefChange {
  /** `refs/heads/main` */
  readonly ref: string
  readonly kind: 'create' | 'update' | 'delete'
  /** Where it shall point; required checks are looked for there. */
  readonly sha?: string
  readonly isForced?: boolean
  /** A merge of a pull request, which is what a pull request is required for. */
  readonly isMerge?: boolean
  /** Of a merge: the base has commits that the head lacks. */
  readonly isBehind?: boolean
  /** Of a merge: how many people with write access approved it. */
  readonly approvals?: number
}

export interface Violations {
  /** Rulesets answer GH013 over git, a branch's protection GH006. */
  readonly source: 'ruleset' | 'protection'
  readonly messages: readonly string[]
}

/** What stands against a change; undefined where nothing does. Whoever may bypass a rule is not held up by it. */
export function violationsOf(state: State, access: Access, change: RefChange): Violations | undefined {
  const messages = [
    ...tagViolations(state, change),
    ...rulesOn(state.platform, change.ref, access).flatMap((rule) => brokenRule(state.platform, rule, change)),
  ]
  if (messages.length > 0) return { source: 'ruleset', messages: [...new Set(messages)] }
  const protection = protectionOf(state.platform, branchIn(change.ref))
  if (!protection || (isAdmin(access) && !protection.bindsAdmins)) return undefined
  const broken = brokenProtection(state.platform, protection, change)
  return broken.length > 0 ? { source: 'protection', messages: broken } : undefined
}

/** The same as the API's answer. */
export function refuseRefChange(state: State, access: Access, change: RefChange): Refusal | undefined {
  const violations = violationsOf(state, access, change)
  if (!violations) return undefined
  if (violations.source === 'protection') return new Refusal(422, violations.messages.join('\n'))
  return new Refusal(422, foundViolations(violations.messages))
}

export function foundViolations(messages: readonly string[]): string {
  return `Repository rule violations found\n\n${messages.join('\n\n')}\n\n`
}

/** The rulesets that are enforced on a ref, whoever asks. */
export function rulesetsOn(platform: Platform, ref: string): readonly StoredRuleset[] {
  return platform.rulesets.filter((ruleset) => ruleset.enforcement === 'active' && isOn(ruleset, ref))
}

export function protectionOf(platform: Platform, branch: string | undefined): StoredProtection | undefined {
  return platform.protections.find((protection) => protection.branch === branch)
}

export function mayBypass(ruleset: StoredRuleset, access: Access): boolean {
  return ruleset.bypass.some(({ actorType, actorId, mode }) => {
    if (mode === 'pull_request') return false
    if (actorType === 'OrganizationAdmin') return isAdmin(access)
    if (actorType === 'RepositoryRole') return access.kind === 'user' && hasRole(access.role, actorId)
    return actorType === 'Integration' && access.kind !== 'user' && actorId === appIdOf(actorOf(access).login)
  })
}

/** 5: admin, 4: write, 2: maintain, by GitHub's numbers. */
function hasRole(role: 'read' | 'write' | 'admin', id: number | null): boolean {
  return role === 'admin' ? id === 5 || id === 2 || id === 4 : role === 'write' && id === 4
}

function rulesOn(platform: Platform, ref: string, access: Access): readonly StoredRule[] {
  return rulesetsOn(platform, ref)
    .filter((ruleset) => !mayBypass(ruleset, access))
    .flatMap(({ rules }) => rules)
}

/** An immutable release holds its tag, and its name for ever. */
function tagViolations({ releases, platform }: State, { ref, kind }: RefChange): readonly string[] {
  const tag = ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined
  if (tag === undefined || !platform.burnedTags.includes(tag)) return []
  if (kind === 'create') return ['Cannot create ref due to creations being restricted.']
  const isHeld = releases.some((release) => release.tag === tag && release.isImmutable === true)
  if (kind === 'update') return ['Cannot update this protected ref.']
  return isHeld ? ['Cannot delete this protected ref.'] : []
}

function brokenRule(platform: Platform, rule: StoredRule, change: RefChange): readonly string[] {
  switch (rule.type) {
    case 'creation':
      return change.kind === 'create' ? ['Cannot create ref due to creations being restricted.'] : []
    case 'update':
      return change.kind === 'update' ? ['Cannot update this protected ref.'] : []
    case 'deletion':
      return change.kind === 'delete' ? ['Cannot delete this protected ref.'] : []
    case 'non_fast_forward':
      return change.isForced === true ? ['Cannot force-push to this branch'] : []
    case 'pull_request':
      return change.kind === 'delete' ? [] : unreviewed(rule.approvals, change)
    case 'required_status_checks':
      if (change.kind === 'create' && rule.isWaivedOnCreation) return []
      return [...missingChecks(platform, rule.contexts, change), ...outdated(rule.isStrict, change)]
  }
}

function brokenProtection(platform: Platform, protection: StoredProtection, change: RefChange): readonly string[] {
  if (change.kind === 'delete') return protection.mayDelete ? [] : ['Cannot delete this protected branch']
  return [
    ...(change.isForced === true && !protection.mayForcePush ? ['Cannot force-push to this protected branch'] : []),
    ...(protection.reviews && change.kind === 'update' ? unreviewed(protection.reviews.approvals, change) : []),
    ...outdated(protection.checks?.isStrict === true, change),
    ...(change.kind === 'update' ? missingChecks(platform, protection.checks?.contexts ?? [], change) : []),
  ]
}

function unreviewed(required: number, { isMerge, approvals = 0 }: RefChange): readonly string[] {
  return isMerge === true ? missingReviews(required, approvals) : ['Changes must be made through a pull request.']
}

function missingReviews(required: number, approvals: number): readonly string[] {
  if (approvals >= required) return []
  const reviews = required === 1 ? 'approving review is' : 'approving reviews are'
  return [`At least ${required} ${reviews} required by reviewers with write access.`]
}

function outdated(isStrict: boolean, { isMerge, isBehind }: RefChange): readonly string[] {
  return isStrict && isMerge === true && isBehind === true
    ? ['The head branch is not up to date with the base branch.']
    : []
}

function missingChecks(platform: Platform, contexts: readonly string[], { kind, sha }: RefChange): readonly string[] {
  if (kind === 'delete') return []
  const passed = sha === undefined ? new Set() : passedContexts(platform, sha)
  const missing = contexts.filter((context) => !passed.has(context))
  if (missing.length === 0) return []
  if (missing.length === 1) return [`Required status check "${missing[0] ?? ''}" is expected.`]
  return [`${missing.length} of ${contexts.length} required status checks are expected.`]
}

function isOn({ target, include, exclude }: StoredRuleset, ref: string): boolean {
  if (!ref.startsWith(target === 'tag' ? 'refs/tags/' : 'refs/heads/')) return false
  const fits = (pattern: string) =>
    pattern === '~ALL' || (pattern === '~DEFAULT_BRANCH' && ref === 'refs/heads/main') || refPattern(pattern).test(ref)
  return include.some(fits) && !exclude.some(fits)
}

/** As Ruby's File.fnmatch with FNM_PATHNAME: `*` stays between slashes, `**` followed by a slash does not. */
function refPattern(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : `\\${part}`
  })
  return new RegExp(`^${source}$`)
}

function branchIn(ref: string): string | undefined {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
}

function isAdmin(access: Access): boolean {
  return access.kind === 'user' && access.role === 'admin'
}
