import type { GitHubClient } from '../client.ts'
import { isForUpgrade, type Seen, see } from './seen.ts'

/** What rulesets and the classic protection ask of a branch, whether it exists or not. */
export interface BranchRules {
  readonly branch: string
  readonly rules: readonly Rule[]
}

export interface Rule {
  /** As GitHub's API names it: `required_status_checks`, `non_fast_forward`. */
  readonly type: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** The ruleset that it is of; undefined: the branch's own protection. */
  readonly rulesetId: number | undefined
}

export interface Ruleset {
  readonly id: number
  readonly name: string
  readonly target: 'branch' | 'tag' | 'push' | 'repository'
  readonly enforcement: 'active' | 'disabled' | 'evaluate'
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly rules: readonly Omit<Rule, 'rulesetId'>[]
  /** Undefined where GitHub does not tell this token. */
  readonly bypass: readonly Bypass[] | undefined
  readonly page: string | undefined
}

export interface Bypass {
  readonly actorType: string
  readonly actorId: number | null
  readonly mode: string
}

/** `none`: private repositories of the Free plan have neither rulesets nor protected branches. */
export type Rulesets = { readonly kind: 'none' } | { readonly kind: 'some'; readonly rulesets: readonly Ruleset[] }

export async function readRulesets(client: GitHubClient): Promise<Seen<Rulesets>> {
  return see('metadata: read', async () => {
    try {
      const listed = await client.call(
        'list the rulesets of',
        client.connection.repository,
        async (octokit, names) => ({
          data: await octokit.paginate(octokit.rest.repos.getRepoRulesets, { ...names, per_page: 100 }),
        }),
      )
      const rulesets: Ruleset[] = []
      for (const { id } of listed) rulesets.push(await readRuleset(client, id))
      return { kind: 'some' as const, rulesets }
    } catch (error) {
      if (isForUpgrade(error)) return { kind: 'none' as const }
      throw error
    }
  })
}

export async function readRuleset(client: GitHubClient, id: number): Promise<Ruleset> {
  const ruleset = await client.call('read the ruleset', String(id), ({ rest }, names) =>
    rest.repos.getRepoRuleset({ ...names, ruleset_id: id }),
  )
  const refs = ruleset.conditions && 'ref_name' in ruleset.conditions ? ruleset.conditions.ref_name : undefined
  return {
    id,
    name: ruleset.name,
    target: ruleset.target ?? 'branch',
    enforcement: ruleset.enforcement,
    include: refs?.include ?? [],
    exclude: refs?.exclude ?? [],
    rules: (ruleset.rules ?? []).map((rule) => ({ type: rule.type, parameters: parametersOf(rule) })),
    bypass: ruleset.bypass_actors?.map((actor) => ({
      actorType: actor.actor_type,
      actorId: actor.actor_id ?? null,
      mode: actor.bypass_mode ?? 'always',
    })),
    page: ruleset._links?.html?.href,
  }
}

/** Every rule that is enforced there. */
export async function readBranchRules(
  client: GitHubClient,
  branches: readonly string[],
): Promise<Seen<readonly BranchRules[]>> {
  return see('metadata: read', async () => {
    const found: BranchRules[] = []
    for (const branch of branches) {
      const rules = await rulesOf(client, branch)
      found.push({ branch, rules: [...rules, ...(await protectionOf(client, branch))] })
    }
    return found
  })
}

async function rulesOf(client: GitHubClient, branch: string): Promise<readonly Rule[]> {
  try {
    const rules = await client.call('read the rules of', branch, async (octokit, names) => ({
      data: await octokit.paginate(octokit.rest.repos.getBranchRules, { ...names, branch, per_page: 100 }),
    }))
    return rules.map((rule) => ({ type: rule.type, parameters: parametersOf(rule), rulesetId: rule.ruleset_id }))
  } catch (error) {
    if (isForUpgrade(error)) return []
    throw error
  }
}

/** Of the classic protection, whoever reads the branch sees the required checks; administrators see the rest. */
async function protectionOf(client: GitHubClient, branch: string): Promise<readonly Rule[]> {
  const found = await client.find('read the branch', branch, ({ rest }, names) =>
    rest.repos.getBranch({ ...names, branch }),
  )
  if (found?.protected !== true) return []
  const contexts = found.protection.required_status_checks?.contexts ?? []
  const full = await see('administration: read', async () => {
    try {
      return await client.find('read the protection of', branch, ({ rest }, names) =>
        rest.repos.getBranchProtection({ ...names, branch }),
      )
    } catch (error) {
      if (isForUpgrade(error)) return undefined
      throw error
    }
  })
  const shown = full.kind === 'seen' ? full.value : undefined
  const rule = (type: string, isAsked: boolean): readonly Rule[] =>
    isAsked ? [{ type, parameters: {}, rulesetId: undefined }] : []
  return [
    ...(contexts.length > 0
      ? [
          {
            type: 'required_status_checks',
            parameters: { required_status_checks: contexts.map((context) => ({ context })) },
            rulesetId: undefined,
          },
        ]
      : []),
    ...rule('pull_request', shown?.required_pull_request_reviews !== undefined),
    ...rule('required_signatures', shown?.required_signatures?.enabled === true),
    ...rule('non_fast_forward', shown?.allow_force_pushes?.enabled === false),
    ...rule('update', shown?.lock_branch?.enabled === true),
  ]
}

function parametersOf(rule: object): Readonly<Record<string, unknown>> {
  const parameters: unknown = 'parameters' in rule ? rule.parameters : undefined
  return typeof parameters === 'object' && parameters !== null ? { ...parameters } : {}
}
