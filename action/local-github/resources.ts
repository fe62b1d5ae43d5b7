import { createHash } from 'node:crypto'

import type { Json } from '../base/canonical-json.ts'
import { type Access, actorNamed, levelOf } from './access.ts'
import type { Forge } from './exchange.ts'
import type { State, StoredAsset, StoredRelease } from './state.ts'

export type Resource = { readonly [key: string]: Json }

/** GitHub's global ids are opaque; ours say what they name. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url')
}

/** A person, or a bot whose login ends in `[bot]`. */
export function userResource(forge: Forge, login: string): Resource {
  const url = `${apiOf(forge)}/users/${encodeURIComponent(login)}`
  const { type } = actorNamed(login)
  return {
    login,
    id: userIdOf(forge.owner, login),
    node_id: nodeId(type, login),
    avatar_url: `${forge.serverUrl}/avatars/${encodeURIComponent(login)}`,
    gravatar_id: '',
    url,
    html_url: `${forge.serverUrl}/${type === 'Bot' ? `apps/${login.slice(0, -'[bot]'.length)}` : login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  }
}

/** The id of a bot's App, as bypass lists name it. That of GitHub Actions is GitHub's own. */
export function appIdOf(login: string): number {
  return login === 'github-actions[bot]' ? 15368 : idOf(login)
}

export function userIdOf(owner: string, login: string): number {
  return login === owner ? 1 : idOf(login)
}

/** The id of a workflow, which its path alone decides. */
export function workflowIdOf(path: string): number {
  return idOf(path)
}

/** The same number for the same login, in every state. */
function idOf(login: string): number {
  return 2 + (createHash('sha256').update(login).digest().readUInt32BE() >>> 1)
}

const repositoryLinks = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
} as const

export function repositoryResource(forge: Forge, state: State, access: Access): Resource {
  const page = `${forge.serverUrl}/${forge.owner}/${forge.repository}`
  const links = Object.fromEntries(
    Object.entries(repositoryLinks).map(([key, path]) => [key, forge.repositoryUrl + path]),
  )
  const openIssues = state.discussion.issues.filter((issue) => issue.state === 'open').length
  return {
    id: 1,
    node_id: nodeId('Repository', 1),
    name: forge.repository,
    full_name: `${forge.owner}/${forge.repository}`,
    owner: userResource(forge, forge.owner),
    private: state.platform.settings.isPrivate,
    visibility: state.platform.settings.isPrivate ? 'private' : 'public',
    html_url: page,
    description: null,
    fork: false,
    url: forge.repositoryUrl,
    ...links,
    git_url: `${page}.git`,
    ssh_url: `${page}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    subscribers_count: 0,
    network_count: 0,
    size: 0,
    default_branch: 'main',
    open_issues_count: openIssues,
    open_issues: openIssues,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    created_at: state.createdAt,
    updated_at: state.createdAt,
    pushed_at: state.createdAt,
    ...(access.kind !== 'none' && { permissions: rightsOf(access) }),
  }
}

/** Somebody's fork, as it is shown beside a pull request or a run; it has no routes of its own here. */
export function forkResource(forge: Forge, state: State, access: Access, owner: string): Resource {
  const own = { ...forge, owner, repositoryUrl: `${apiOf(forge)}/repos/${owner}/${forge.repository}` }
  const id = forkIdOf(owner)
  return {
    ...repositoryResource(own, state, access),
    id,
    node_id: nodeId('Repository', id),
    owner: userResource(forge, owner),
    fork: true,
  }
}

export function forkIdOf(owner: string): number {
  return idOf(`fork ${owner}`)
}

/** A token of an App or a job is shown as one that reads and, with contents, pushes. */
function rightsOf(access: Exclude<Access, { kind: 'none' }>): Resource {
  const isAdmin = access.kind === 'user' && access.role === 'admin'
  const isWriter = access.kind === 'user' ? access.role !== 'read' : levelOf(access, 'contents') === 'write'
  return { admin: isAdmin, maintain: isAdmin, push: isWriter, triage: isWriter, pull: true }
}

export function releaseResource(forge: Forge, release: StoredRelease): Resource {
  const url = `${forge.repositoryUrl}/releases/${release.id}`
  const archive = release.isDraft ? null : `${forge.repositoryUrl}/tarball/${release.tag}`
  return {
    id: release.id,
    node_id: nodeId('Release', release.id),
    url,
    assets_url: `${url}/assets`,
    upload_url: `${uploadsOf(forge)}/releases/${release.id}/assets{?name,label}`,
    html_url: `${pageOf(forge)}/releases/tag/${release.isDraft ? `untagged-${release.id}` : release.tag}`,
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.isDraft,
    prerelease: release.isPrerelease,
    immutable: release.isImmutable === true,
    created_at: release.createdAt,
    updated_at: release.updatedAt,
    published_at: release.publishedAt,
    author: userResource(forge, release.author ?? forge.owner),
    tarball_url: archive,
    zipball_url: archive === null ? null : archive.replace('/tarball/', '/zipball/'),
    assets: release.assets.map((asset) => assetResource(forge, release, asset)),
  }
}

export function assetResource(forge: Forge, release: StoredRelease, asset: StoredAsset): Resource {
  const tag = release.isDraft ? `untagged-${release.id}` : release.tag
  return {
    id: asset.id,
    node_id: nodeId('ReleaseAsset', asset.id),
    url: `${forge.repositoryUrl}/releases/assets/${asset.id}`,
    browser_download_url: `${pageOf(forge)}/releases/download/${tag}/${asset.name}`,
    name: asset.name,
    label: asset.label,
    state: asset.state,
    content_type: asset.contentType,
    size: asset.bytes,
    digest: asset.sha256 === null ? null : `sha256:${asset.sha256}`,
    download_count: 0,
    created_at: asset.createdAt,
    updated_at: asset.updatedAt,
    uploader: userResource(forge, asset.uploader ?? forge.owner),
  }
}

export function pageOf(forge: Forge): string {
  return `${forge.serverUrl}/${forge.owner}/${forge.repository}`
}

function apiOf(forge: Forge): string {
  return `${forge.serverUrl}/api/v3`
}

function uploadsOf(forge: Forge): string {
  return `${forge.serverUrl}/api/uploads/repos/${forge.owner}/${forge.repository}`
}
