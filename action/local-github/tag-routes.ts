import { byBytes } from '../base/byte-order.ts'
import { type Answer, type Exchange, paginated } from './exchange.ts'
import { nodeId } from './resources.ts'

/** Tags that name a commit, the last by name first. */
export async function listTags(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const format = '--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) %(refname:strip=2)'
  const listed = (await forge.git.read(['for-each-ref', format, 'refs/tags/'])).split('\n').filter(Boolean)
  const tags = listed
    .map((line) => ({ sha: line.slice(0, 40), name: line.slice(41) }))
    .sort((one, other) => byBytes(other.name, one.name))
  const { items, headers } = paginated(exchange, '/tags', tags)
  const json = items.map(({ sha, name }) => ({
    name,
    node_id: nodeId('Ref', `refs/tags/${name}`),
    commit: { sha, url: `${forge.repositoryUrl}/commits/${sha}` },
    zipball_url: `${forge.repositoryUrl}/zipball/refs/tags/${name}`,
    tarball_url: `${forge.repositoryUrl}/tarball/refs/tags/${name}`,
  }))
  return { status: 200, json, headers }
}
