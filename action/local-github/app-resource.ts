import type { Json } from '../base/canonical-json.ts'
import { type Access, actorOf } from './access.ts'
import type { Forge } from './exchange.ts'
import { appIdOf, nodeId, userResource } from './resources.ts'

/** The App behind a token; undefined for a person, who is none. */
export function appOf(access: Access): string | undefined {
  return access.kind === 'app' || access.kind === 'job' ? actorOf(access).login.slice(0, -'[bot]'.length) : undefined
}

export function appResource(forge: Forge, slug: string, createdAt: string): Record<string, Json> {
  const id = appIdOf(`${slug}[bot]`)
  return {
    id,
    slug,
    node_id: nodeId('App', id),
    owner: userResource(forge, forge.owner),
    name: slug,
    description: null,
    external_url: `${forge.serverUrl}/apps/${slug}`,
    html_url: `${forge.serverUrl}/apps/${slug}`,
    created_at: createdAt,
    updated_at: createdAt,
    permissions: {},
    events: [],
  }
}
