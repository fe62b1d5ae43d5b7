import { Fault } from '../base/fault.ts'
import type { GitHubClient } from './client.ts'

export interface StickyComment {
  /** Of an issue or a pull request. */
  readonly number: number
  /** Names the comment among those of one number: `run/price`. Small letters, digits, `/`, `.`, `_` and `-`. */
  readonly key: string
  readonly markdown: string
  /** Who writes; a comment of anybody else is never touched, whatever stands in it. */
  readonly login: string
  /** Of the workflow run, which GitHub counts upwards: an older run leaves a newer one's comment alone. */
  readonly run?: number
}

export type StickyOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string }
  /** A newer run has written it meanwhile. */
  | { readonly kind: 'newer'; readonly url: string }

interface Comment {
  readonly id: number
  readonly body: string
  readonly url: string
  readonly login: string
}

const shape = { id: 'number', html_url: 'text', body: 'text?' } as const

/** How often another writer may come between before this one gives up. */
const mostTurns = 4

/** The longest line that stands before the Markdown in the comment, with its end. */
export const markerRoom = 160

/**
 * Writes the one comment of a key: it is made once, also where several jobs race, updated in place, and left alone where nothing
 * changes. A deleted one is made again.
 */
export async function stickComment(client: GitHubClient, comment: StickyComment): Promise<StickyOutcome> {
  const body = `${marker(comment)}\n${comment.markdown.trim()}`
  let hasCreated = false
  for (let turn = 1; ; turn += 1) {
    const mine = await ownComments(client, comment)
    const [oldest, ...younger] = mine
    // Each writer removes all but the oldest, so that whoever comes last leaves one.
    for (const { id } of younger) await remove(client, id)
    if (oldest === undefined) {
      if (turn > mostTurns) throw unsettled(comment)
      hasCreated = (await create(client, comment, body)) || hasCreated
      continue
    }
    const { url } = oldest
    if (isNewer(oldest.body, comment)) return { kind: 'newer', url }
    if (withoutRun(oldest.body) === withoutRun(body)) return { kind: hasCreated ? 'created' : 'unchanged', url }
    const updated = await client.find('update the comment', comment.key, ({ rest }, repository) =>
      rest.issues.updateComment({ ...repository, comment_id: oldest.id, body }),
    )
    if (updated) return { kind: hasCreated ? 'created' : 'updated', url }
    if (turn > mostTurns) throw unsettled(comment)
  }
}

/** Ours of this key, the oldest first. */
async function ownComments(client: GitHubClient, { number, key, login }: StickyComment): Promise<readonly Comment[]> {
  const all = await client.call(
    'list the comments of',
    `#${number}`,
    async (octokit, repository) => ({
      data: await octokit.paginate(octokit.rest.issues.listComments, {
        ...repository,
        issue_number: number,
        per_page: 100,
      }),
    }),
    [shape],
  )
  return all
    .map(({ id, body, html_url, user }) => ({ id, body: body ?? '', url: html_url, login: user?.login ?? '' }))
    .filter((comment) => comment.login === login && comment.body.startsWith(markerStart(key)))
    .sort((one, other) => one.id - other.id)
}

/** False where it is not known whether it was made: the list tells. */
async function create(client: GitHubClient, { number, key }: StickyComment, body: string): Promise<boolean> {
  try {
    await client.call(
      'write the comment',
      key,
      ({ rest }, repository) => rest.issues.createComment({ ...repository, issue_number: number, body }),
      shape,
    )
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'github/unreachable') return false
    throw error
  }
}

function unsettled({ key, number }: StickyComment): Fault {
  return new Fault(
    'github/conflict',
    `Cannot write the comment "${key}": it is not under #${number} after ${mostTurns} tries; expected to read what was written`,
    { remedy: 'Run it again; where it stays so, look at who removes the comments.' },
  )
}

async function remove(client: GitHubClient, id: number): Promise<void> {
  await client.find('remove the second comment', String(id), ({ rest }, repository) =>
    rest.issues.deleteComment({ ...repository, comment_id: id }),
  )
}

function markerStart(key: string): string {
  if (!/^[a-z0-9/._-]{1,100}$/.test(key) || key.includes('--')) throw new RangeError(`No key of a comment: ${key}`)
  return `<!-- plumbline ${key} `
}

function marker({ key, run = 0 }: StickyComment): string {
  return `${markerStart(key)}run=${run} -->`
}

function isNewer(body: string, { run = 0 }: StickyComment): boolean {
  const [, theirs = '0'] = /^<!-- plumbline \S+ run=(\d+) -->/.exec(body) ?? []
  return Number(theirs) > run && run > 0
}

/** What counts as a change. GitHub gives back other line ends than it got. */
function withoutRun(body: string): string {
  return body
    .replaceAll('\r\n', '\n')
    .trim()
    .replace(/^(<!-- plumbline \S+) run=\d+ -->/, '$1 -->')
}
