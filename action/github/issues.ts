import { type GitHubClient, once } from './client.ts'

export interface Issue {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly isOpen: boolean
  readonly body: string
}

interface RestIssue {
  readonly number: number
  readonly html_url: string
  readonly title: string
  readonly state: string
  readonly body?: string | null
}

export async function readIssue(client: GitHubClient, number: number): Promise<Issue | undefined> {
  const found = await client.find('read the issue', `#${number}`, ({ rest }, repository) =>
    rest.issues.get({ ...repository, issue_number: number }),
  )
  return found && asIssue(found)
}

/** The open ones of which the text holds something, oldest first. */
export async function findIssues(client: GitHubClient, text: string): Promise<readonly Issue[]> {
  const { owner, repository } = client.connection
  const found = await client.call('list the issues of', `${owner}/${repository}`, async (octokit, names) => ({
    data: await octokit.paginate(octokit.rest.issues.listForRepo, { ...names, state: 'open', per_page: 100 }),
  }))
  return found
    .filter(({ pull_request: pull, body }) => pull === undefined && body?.includes(text) === true)
    .map(asIssue)
    .sort((one, other) => one.number - other.number)
}

export async function createIssue(
  client: GitHubClient,
  { title, body }: { readonly title: string; readonly body: string },
): Promise<Issue> {
  const made = await client.call('open the issue', title, ({ rest }, repository) =>
    rest.issues.create({ ...repository, title, body, request: once }),
  )
  return asIssue(made)
}

export async function editIssue(
  client: GitHubClient,
  number: number,
  change: { readonly title?: string; readonly body?: string; readonly state?: 'closed' },
): Promise<void> {
  await client.call('change the issue', `#${number}`, ({ rest }, repository) =>
    rest.issues.update({ ...repository, issue_number: number, ...change }),
  )
}

/**
 * Says something once under an issue or a pull request: not again where a comment holds `mark`. GitHub keeps nobody from saying
 * it at the same time: of several the oldest stays.
 */
export async function commentOnce(client: GitHubClient, number: number, text: string, mark: string): Promise<void> {
  const said = async () => {
    const known = await client.call('read the comments of', `#${number}`, async (octokit, names) => ({
      data: await octokit.paginate(octokit.rest.issues.listComments, { ...names, issue_number: number, per_page: 100 }),
    }))
    return known.filter(({ body }) => body?.includes(mark) === true).sort((one, other) => one.id - other.id)
  }
  if ((await said()).length > 0) return
  await client.call('comment on', `#${number}`, ({ rest }, repository) =>
    rest.issues.createComment({ ...repository, issue_number: number, body: `${text}\n\n${mark}\n`, request: once }),
  )
  const [, ...later] = await said()
  for (const { id } of later) {
    await client.find('remove the second comment', String(id), ({ rest }, repository) =>
      rest.issues.deleteComment({ ...repository, comment_id: id }),
    )
  }
}

function asIssue(issue: RestIssue): Issue {
  return {
    number: issue.number,
    url: issue.html_url,
    title: issue.title,
    isOpen: issue.state === 'open',
    body: issue.body ?? '',
  }
}
