import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LockTerms, withExclusiveLock } from '../base/exclusive-lock.ts'
import { Fault } from '../base/fault.ts'
import { isRecord } from '../base/is-record.ts'
import { writeWhole } from '../base/write-whole.ts'
import { completeDiscussion, type Discussion, firstDiscussion, isDiscussion } from './discussion.ts'
import { completePlatform, firstPlatform, isPlatform, type Platform } from './platform-state.ts'

/** A change takes a moment: whoever holds the lock for a minute is gone. */
const lockTerms: LockTerms = { longestMs: 60_000, patienceMs: 90_000 }

/** What GitHub keeps beside git, in one file that is written whole. */
export interface State {
  readonly schema: 'plumbline/local-github/v1'
  readonly owner: string
  readonly repository: string
  readonly createdAt: string
  /** Writing needs it. */
  readonly token: string
  readonly nextId: number
  readonly releases: readonly StoredRelease[]
  readonly discussion: Discussion
  readonly platform: Platform
}

export interface StoredRelease {
  readonly id: number
  readonly tag: string
  readonly target: string
  readonly name: string | null
  readonly body: string | null
  readonly isDraft: boolean
  readonly isPrerelease: boolean
  readonly createdAt: string
  readonly updatedAt: string
  readonly publishedAt: string | null
  /** Who made it; left out in what an older Plumbline kept: the owner. */
  readonly author?: string
  /** Fixed when it was published; left out: it is not. */
  readonly isImmutable?: boolean
  readonly assets: readonly StoredAsset[]
}

/** `starter`: announced, its bytes never arrived whole. */
export interface StoredAsset {
  readonly id: number
  readonly name: string
  readonly label: string | null
  readonly contentType: string
  readonly state: 'starter' | 'uploaded'
  readonly bytes: number
  readonly sha256: string | null
  readonly uploader?: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface StateFile {
  readonly read: () => Promise<State>
  /** Reads, decides and writes while no other process does; the answer is the decision's. */
  readonly change: <T>(decide: (state: State) => Promise<Change<T>> | Change<T>) => Promise<T>
  /** The same exclusion, for changes that only touch git. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>
}

export interface Change<T> {
  /** Left out: nothing changes. */
  readonly state?: State
  readonly answer: T
}

/** Opens the state under `folder`; makes the first one. Throws `local-github/corrupt-state` rather than overwrite what it cannot read. */
export async function openState(folder: string, owner: string, repository: string): Promise<StateFile> {
  const path = join(folder, 'state.json')
  const exclusively = <T>(work: () => Promise<T>) => withExclusiveLock(join(folder, 'lock'), lockTerms, work)
  const write = (state: State) => writeWhole(path, `${JSON.stringify(state, null, 1)}\n`)
  const read = async () => {
    const state = await readState(path)
    if (!state) throw corrupt(path, 'it is gone')
    return state
  }
  if (!(await readState(path))) {
    await exclusively(async () => {
      if (!(await readState(path))) await write(firstState(owner, repository))
    })
  }
  return {
    read,
    exclusively,
    change: (decide) =>
      exclusively(async () => {
        const { state, answer } = await decide(await read())
        if (state) await write(state)
        return answer
      }),
  }
}

/** Whose state `folder` holds; undefined before its first use. */
export async function readNames(
  folder: string,
): Promise<{ readonly owner: string; readonly repository: string } | undefined> {
  const state = await readState(join(folder, 'state.json'))
  return state && { owner: state.owner, repository: state.repository }
}

function firstState(owner: string, repository: string): State {
  return {
    schema: 'plumbline/local-github/v1',
    owner,
    repository,
    createdAt: new Date().toISOString(),
    token: `local_${randomBytes(24).toString('hex')}`,
    nextId: 1,
    releases: [],
    discussion: firstDiscussion,
    platform: firstPlatform,
  }
}

async function readState(path: string): Promise<State | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw corrupt(path, 'it is not whole JSON', error)
  }
  refuseNewer(path, value)
  if (!isState(value)) throw corrupt(path, 'it does not hold what it should')
  return { ...value, discussion: completeDiscussion(value.discussion), platform: completePlatform(value.platform) }
}

/** What a newer Plumbline keeps, this one would lose by writing. */
function refuseNewer(path: string, value: unknown): void {
  const schema = isRecord(value) ? value['schema'] : undefined
  const version = /^plumbline\/local-github\/v(\d+)$/.exec(typeof schema === 'string' ? schema : '')?.[1]
  if (version === undefined || Number(version) <= 1) return
  throw new Fault(
    'local-github/newer-state',
    `Cannot read the embedded GitHub's state "${path}": a newer Plumbline wrote it (version ${version}); expected version 1`,
    { remedy: 'Update Plumbline, or move the folder away to start with an empty GitHub; it is left as it is.' },
  )
}

function corrupt(path: string, state: string, cause?: unknown): Fault {
  return new Fault(
    'local-github/corrupt-state',
    `Cannot read the embedded GitHub's state "${path}": ${state}; expected the file as Plumbline wrote it`,
    {
      remedy: 'Put a copy of it back, or move its folder away to start with an empty GitHub; it is left as it is.',
      cause,
    },
  )
}

function isState(value: unknown): value is State {
  if (!isRecord(value)) return false
  const { schema, owner, repository, token, nextId, createdAt, releases, discussion, platform } = value
  return (
    schema === 'plumbline/local-github/v1' &&
    [owner, repository, token, createdAt].every((field) => typeof field === 'string' && field !== '') &&
    Number.isSafeInteger(nextId) &&
    isPlatform(platform) &&
    isDiscussion(discussion) &&
    Array.isArray(releases) &&
    releases.every(isRelease)
  )
}

function isRelease(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { id, tag, target, isDraft, createdAt, assets } = value
  const isNamed = [tag, target, createdAt].every((field) => typeof field === 'string')
  return (
    Number.isSafeInteger(id) &&
    isNamed &&
    typeof isDraft === 'boolean' &&
    Array.isArray(assets) &&
    assets.every(isAsset)
  )
}

function isAsset(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { id, name, state, bytes } = value
  return (
    Number.isSafeInteger(id) &&
    typeof name === 'string' &&
    (state === 'starter' || state === 'uploaded') &&
    Number.isSafeInteger(bytes)
  )
}
