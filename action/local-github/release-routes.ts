import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Access, actorOf } from './access.ts'
import { seesDrafts } from './decide-access.ts'
import {
  type Answer,
  type Exchange,
  type Forge,
  flag,
  limited,
  optionalText,
  paginated,
  param,
  requiredText,
} from './exchange.ts'
import { timestamp } from './git-commits.ts'
import type { Platform } from './platform-state.ts'
import { findRef } from './ref-routes.ts'
import { invalid, notFound, Refusal } from './refusal.ts'
import { commitNamed } from './repository-routes.ts'
import { releaseResource } from './resources.ts'
import { foundViolations, violationsOf } from './rules.ts'
import type { State, StoredRelease } from './state.ts'

const longestBody = 125_000

/** Drafts too, the newest first. */
export async function listReleases(exchange: Exchange): Promise<Answer> {
  const { forge, access } = exchange
  const { releases } = await forge.state.read()
  const seen = releases.filter(({ isDraft }) => !isDraft || seesDrafts(access))
  const newestFirst = [...seen].sort((one, other) => other.id - one.id)
  const { items, headers } = paginated(exchange, '/releases', newestFirst)
  return { status: 200, json: items.map((release) => releaseResource(forge, release)), headers }
}

export async function getRelease(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  return { status: 200, json: releaseResource(forge, requireRelease(await forge.state.read(), exchange)) }
}

/** A draft has no tag, so it is not found by one. */
export async function getReleaseByTag(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const { releases } = await forge.state.read()
  const release = releases.find(({ tag, isDraft }) => tag === param(exchange, 'tag') && !isDraft)
  if (!release) throw notFound()
  return { status: 200, json: releaseResource(forge, release) }
}

export async function createRelease({ forge, access, body }: Exchange): Promise<Answer> {
  const tag = requiredText(body, 'tag_name')
  const text = limited(optionalText(body, 'body'), 'Release', longestBody)
  return forge.state.change(async (state) => {
    const now = timestamp(new Date())
    const isDraft = flag(body, 'draft') ?? false
    const release: StoredRelease = {
      id: state.nextId,
      tag,
      target: optionalText(body, 'target_commitish') ?? 'main',
      name: optionalText(body, 'name') ?? null,
      body: text ?? null,
      isDraft,
      isPrerelease: flag(body, 'prerelease') ?? false,
      createdAt: now,
      updatedAt: now,
      publishedAt: isDraft ? null : now,
      author: actorOf(access).login,
      isImmutable: !isDraft && state.platform.settings.areReleasesImmutable,
      assets: [],
    }
    if (!isDraft) await publish(forge, access, state, release)
    const platform = burnt(state, release)
    return {
      state: { ...state, platform, nextId: state.nextId + 1, releases: [...state.releases, release] },
      answer: { status: 201, json: releaseResource(forge, release) },
    }
  })
}

export async function updateRelease(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const text = limited(optionalText(body, 'body'), 'Release', longestBody)
  return forge.state.change(async (state) => {
    const before = requireRelease(state, exchange)
    const now = timestamp(new Date())
    const isDraft = flag(body, 'draft') ?? before.isDraft
    const after: StoredRelease = {
      ...before,
      tag: optionalText(body, 'tag_name') ?? before.tag,
      target: optionalText(body, 'target_commitish') ?? before.target,
      name: optionalText(body, 'name') ?? before.name,
      body: text ?? before.body,
      isDraft,
      isPrerelease: flag(body, 'prerelease') ?? before.isPrerelease,
      updatedAt: now,
      publishedAt: isDraft ? null : (before.publishedAt ?? now),
      isImmutable:
        before.isImmutable === true || (before.isDraft && !isDraft && state.platform.settings.areReleasesImmutable),
    }
    requireMutable(before, after)
    if (!isDraft && before.isImmutable !== true) await publish(forge, access, state, after)
    return {
      state: {
        ...state,
        platform: burnt(state, after),
        releases: state.releases.map((release) => (release.id === before.id ? after : release)),
      },
      answer: { status: 200, json: releaseResource(forge, after) },
    }
  })
}

/** Its tag stays, as on GitHub. */
export async function deleteRelease(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const gone = await forge.state.change((state) => {
    const release = requireRelease(state, exchange)
    return { state: { ...state, releases: state.releases.filter(({ id }) => id !== release.id) }, answer: release }
  })
  for (const asset of gone.assets) await rm(join(forge.assetsFolder, String(asset.id)), { force: true })
  return { status: 204 }
}

export function requireRelease(state: State, exchange: Exchange): StoredRelease {
  const id = Number(param(exchange, 'release_id'))
  const release = state.releases.find((known) => known.id === id)
  if (!release || (release.isDraft && !seesDrafts(exchange.access))) throw notFound()
  return release
}

/** Of an immutable release only title and notes can be changed. */
function requireMutable(before: StoredRelease, after: StoredRelease): void {
  if (before.isImmutable !== true) return
  const changed = (['tag', 'target', 'isDraft', 'isPrerelease'] as const).find((key) => before[key] !== after[key])
  if (changed === undefined) return
  const field = { tag: 'tag_name', target: 'target_commitish', isDraft: 'draft', isPrerelease: 'prerelease' }[changed]
  throw invalid('Release', field, 'custom', `${field} cannot be changed on an immutable release`)
}

function burnt({ platform }: State, { tag, isImmutable }: StoredRelease): Platform {
  const burnedTags = [...new Set([...platform.burnedTags, tag])]
  return isImmutable === true ? { ...platform, burnedTags } : platform
}

/** A tag that exists stays where it is, whatever `target_commitish` says. */
async function publish(forge: Forge, access: Access, state: State, release: StoredRelease): Promise<void> {
  const isTaken = state.releases.some(({ id, tag, isDraft }) => id !== release.id && tag === release.tag && !isDraft)
  if (isTaken) throw invalid('Release', 'tag_name', 'already_exists')
  const ref = `refs/tags/${release.tag}`
  if ((await forge.git.run(['check-ref-format', ref])).code !== 0)
    throw invalid('Release', 'tag_name', 'custom', 'tag_name is not well-formed')
  const isBurned = state.platform.burnedTags.includes(release.tag)
  const isThere = (await findRef(forge, ref)) !== undefined
  const broken = isThere ? undefined : violationsOf(state, access, { ref, kind: 'create' })
  if (isBurned || broken) throw refusedTag(broken?.messages ?? [], isBurned)
  if (isThere) return
  const commit = await commitNamed(forge, release.target)
  if (commit === undefined) throw invalid('Release', 'target_commitish', 'invalid')
  const { code, stderr } = await forge.git.run(['update-ref', ref, commit, '0'.repeat(40)])
  if (code !== 0) throw new Refusal(422, `Could not create the tag: ${stderr}`)
}

/** All of what is wrong, in one answer, as GitHub gives it. */
function refusedTag(broken: readonly string[], isBurned: boolean): Refusal {
  const custom = { resource: 'Release', code: 'custom' } as const
  const said = `pre_receive ${foundViolations(broken)}`
  return new Refusal(422, 'Validation Failed', [
    ...(broken.length > 0 ? [{ ...custom, field: 'pre_receive', message: said }] : []),
    ...(isBurned ? [{ ...custom, field: 'tag_name', message: 'tag_name was used by an immutable release' }] : []),
    { ...custom, message: 'Published releases must have a valid tag' },
  ])
}
