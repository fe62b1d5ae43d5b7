import type { Json } from '../base/canonical-json.ts'
import { commitsBetween, mergeBaseOf } from './branches.ts'
import { fileResource } from './change-resources.ts'
import { diffFiles } from './diff-files.ts'
import { type Answer, type Exchange, type Forge, paginated, param } from './exchange.ts'
import { readCommit } from './git-commits.ts'
import { notFound } from './refusal.ts'
import { commitNamed, commitResource } from './repository-routes.ts'
import { pageOf } from './resources.ts'

const mostFiles = 300
/** Without pages asked for, GitHub answers with so many commits. */
const mostCommits = 250

/** `base...head`: the commits that head has and base has not, and what they change since both were one. */
export async function compareCommits(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const { base, head, baseSha, headSha } = await sidesOf(exchange)
  const from = await mergeBaseOf(forge.git, baseSha, headSha)
  if (from === undefined) throw notFound()
  const ahead = await commitsBetween(forge.git, baseSha, headSha)
  const behind = await commitsBetween(forge.git, headSha, baseSha)
  const isPaged = query.has('page') || query.has('per_page')
  const path = `/compare/${encodeURIComponent(`${base}...${head}`)}`
  const { items, headers } = isPaged
    ? paginated(exchange, path, ahead)
    : { items: ahead.slice(-mostCommits), headers: {} }
  const isFirstPage = Number(query.get('page') ?? '1') <= 1
  const files = isFirstPage ? (await diffFiles(forge.git, from, headSha)).slice(0, mostFiles) : []
  const page = `${pageOf(forge)}/compare/${base}...${head}`
  return {
    status: 200,
    headers,
    json: {
      url: forge.repositoryUrl + path,
      html_url: page,
      permalink_url: `${pageOf(forge)}/compare/${baseSha}...${headSha}`,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      base_commit: await commitAt(forge, baseSha),
      merge_base_commit: await commitAt(forge, from),
      status: statusOf(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: await Promise.all(items.map((sha) => commitAt(forge, sha))),
      files: files.map((file) => fileResource(forge, headSha, file)),
    },
  }
}

async function sidesOf(exchange: Exchange) {
  const { forge } = exchange
  const [base = '', head = '', ...more] = param(exchange, 'basehead').split('...')
  const [baseSha, headSha] = [
    await commitNamed(forge, ofOwner(forge, base)),
    await commitNamed(forge, ofOwner(forge, head)),
  ]
  if (baseSha === undefined || headSha === undefined || more.length > 0) throw notFound()
  return { base, head, baseSha, headSha }
}

/** A side may be written `owner:branch`. */
function ofOwner({ owner }: Forge, name: string): string {
  return name.startsWith(`${owner}:`) ? name.slice(owner.length + 1) : name
}

function statusOf(ahead: number, behind: number): string {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind'
  return behind === 0 ? 'ahead' : 'diverged'
}

async function commitAt(forge: Forge, sha: string): Promise<Json> {
  return commitResource(forge, await readCommit(forge.git, sha))
}
