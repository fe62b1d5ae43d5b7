import { type Access, actorOf, type Level, levelOf, type Permission } from './access.ts'
import { permissionRowFor } from './permissions.table.ts'
import { notFound, Refusal } from './refusal.ts'

/** What one request asks for, before anything of it is read. */
export interface Asked {
  readonly access: Access
  /** A route of the table: `GET`, `/repos/{owner}/{repo}/releases`. */
  readonly method: string
  readonly template: string
  readonly isPrivate: boolean
  /** The setting "Allow GitHub Actions to create and approve pull requests". */
  readonly mayJobsOpenPulls: boolean
}

const repositoryPrefix = '/repos/{owner}/{repo}'

/** What people with the role `read` may write in somebody else's repository. */
const openToReaders = [
  /^POST \/issues$/,
  /^POST \/issues\/\{issue_number\}\/comments$/,
  /^POST \/pulls$/,
  /^POST \/pulls\/\{pull_number\}\/(reviews|comments)$/,
]

/** GitHub's no to who asks; undefined where the route may answer. */
export function refuseAccess(asked: Asked): Refusal | undefined {
  const { access, isPrivate } = asked
  const template = asked.template.slice(repositoryPrefix.length)
  const level: Level = asked.method === 'GET' ? 'read' : 'write'
  const row = permissionRowFor(template)
  if (!row) throw new Error(`permissions.table.ts has no row for ${asked.method} ${asked.template}`)
  const isOpen = level === 'read' && row.isPublic && !isPrivate && !isDownloadOfArtifact(template)

  if (access.kind === 'none') {
    if (isPrivate) return notFound()
    return isOpen ? undefined : new Refusal(401, 'Requires authentication')
  }
  if (access.kind === 'user') {
    if (access.role === 'admin') return undefined
    if (row[level].includes('administration')) {
      const isTold = access.role === 'write' && level === 'write'
      return isTold ? new Refusal(403, 'Must have admin rights to Repository.') : notFound()
    }
    const isOpenWrite = openToReaders.some((pattern) => pattern.test(`${asked.method} ${template}`))
    const mayRead = level === 'read' && row.isPublic
    return access.role === 'write' || mayRead || isOpenWrite ? undefined : notFound()
  }

  const accepted = row[level]
  const isGranted = accepted.some((permission) => {
    const granted = levelOf(access, permission)
    return granted === 'write' || granted === level
  })
  if (!isGranted && !isOpen) return missingPermission(accepted, level)
  const makesPull = /^POST \/pulls(\/\{pull_number\}\/reviews)?$/.test(`${asked.method} ${template}`)
  return access.kind === 'job' && makesPull && !asked.mayJobsOpenPulls ? pullsAreOff() : undefined
}

/** Drafts are shown to those who may push, and to nobody else. */
export function seesDrafts(access: Access): boolean {
  if (access.kind === 'none') return false
  return access.kind === 'user' ? access.role !== 'read' : hasContents(access, 'write')
}

/** Refuses a push, or a fetch, over git; undefined where it may go on. */
export function refuseGit(access: Access, level: Level, isPrivate: boolean, repository: string): Refusal | undefined {
  if (access.kind === 'none') {
    return level === 'read' && !isPrivate ? undefined : new Refusal(401, 'Requires authentication')
  }
  if (level === 'read' && !isPrivate) return undefined
  const isAllowed = access.kind === 'user' ? level === 'read' || access.role !== 'read' : hasContents(access, level)
  return isAllowed ? undefined : new Refusal(403, `Permission to ${repository}.git denied to ${actorOf(access).login}.`)
}

function hasContents(access: Extract<Access, { kind: 'app' | 'job' }>, level: Level): boolean {
  const granted = levelOf(access, 'contents')
  return granted === 'write' || granted === level
}

function missingPermission(accepted: readonly Permission[], level: Level): Refusal {
  return new Refusal(403, 'Resource not accessible by integration', [], {
    'x-accepted-github-permissions': accepted.map((permission) => `${permission}=${level}`).join('; '),
  })
}

function pullsAreOff(): Refusal {
  return new Refusal(403, 'GitHub Actions is not permitted to create or approve pull requests.')
}

/** Anybody sees that an artifact is there; its bytes need a token. */
function isDownloadOfArtifact(template: string): boolean {
  return template === '/actions/artifacts/{artifact_id}/{archive_format}'
}
