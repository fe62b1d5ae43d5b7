import { type Answer, type Exchange, type Forge, paginated, param } from './exchange.ts'
import { readCommit } from './git-commits.ts'
import { protectionSummary } from './protection-routes.ts'
import { listRefs } from './ref-routes.ts'
import { Refusal } from './refusal.ts'
import { commitResource } from './repository-routes.ts'
import { pageOf } from './resources.ts'
import { protectionOf, rulesetsOn } from './rules.ts'
import type { State } from './state.ts'

const heads = 'refs/heads/'

/** By name; `protected=true`: those that are, by a protection or a ruleset. */
export async function listBranches(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const state = await forge.state.read()
  const wanted = query.get('protected')
  const branches = (await listRefs(forge, heads))
    .map(({ name, sha }) => ({ name: name.slice(heads.length), sha }))
    .filter(({ name }) => wanted === null || String(isProtected(state, name)) === wanted)
  const { items, headers } = paginated(exchange, '/branches', branches)
  const json = items.map(({ name, sha }) => ({
    name,
    commit: { sha, url: `${forge.repositoryUrl}/commits/${sha}` },
    protected: isProtected(state, name),
  }))
  return { status: 200, json, headers }
}

export async function getBranch(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const name = param(exchange, 'branch')
  const ref = (await listRefs(forge, heads + name)).find((known) => known.name === heads + name)
  if (!ref) throw new Refusal(404, 'Branch not found')
  const state = await forge.state.read()
  const url = addressOf(forge, name)
  return {
    status: 200,
    json: {
      name,
      commit: commitResource(forge, await readCommit(forge.git, ref.sha)),
      _links: { self: url, html: `${pageOf(forge)}/tree/${name}` },
      protected: isProtected(state, name),
      protection: protectionSummary(protectionOf(state.platform, name)),
      protection_url: `${url}/protection`,
    },
  }
}

function isProtected({ platform }: State, branch: string): boolean {
  return protectionOf(platform, branch) !== undefined || rulesetsOn(platform, heads + branch).length > 0
}

function addressOf(forge: Forge, branch: string): string {
  return `${forge.repositoryUrl}/branches/${encodeURIComponent(branch)}`
}
