import { type Html, html } from '../../base/html.ts'
import { commitsBetween } from '../branches.ts'
import { followRefs } from '../follow-refs.ts'
import { readCommit } from '../git-commits.ts'
import { commentsOn, issuePage, labelsOn } from '../issue-resource.ts'
import { newestCheckRuns, newestStatuses } from '../passed-contexts.ts'
import { filesOf } from '../pull-diff-routes.ts'
import { currentTrial } from '../pull-resource.ts'
import type { State } from '../state.ts'
import { isPullIssue, type PullIssue, type StoredIssue } from '../stored-issue.ts'
import { tryMerge } from '../trial.ts'
import { diffView } from './diff-view.ts'
import { form, page, rows, stateBadge, time, type View } from './page.ts'
import { renderMarkdown } from './render-markdown.ts'
import { reviews } from './reviews.ts'

/** Pull requests, or issues; the open ones first, then the newest. */
export async function issueList(view: View, kind: 'pulls' | 'issues'): Promise<string> {
  const { forge } = view
  const state = await followRefs(forge)
  const found = state.discussion.issues
    .filter((issue) => isPullIssue(issue) === (kind === 'pulls'))
    .toSorted(
      (one, other) => Number(one.state === 'closed') - Number(other.state === 'closed') || other.number - one.number,
    )
  const items = found.map(
    (
      issue,
    ) => html`<li>${badgeOf(issue)} <a class="title" href="${issuePage(forge, issue)}">${issue.title}</a>${labels(state, issue)}
      <br><span class="dim">#${issue.number} by ${issue.author}, ${time(issue.createdAt)}${issue.pull ? ` · ${issue.pull.head} → ${issue.pull.base}` : undefined}</span></li>`,
  )
  const title = kind === 'pulls' ? 'Pull requests' : 'Issues'
  const nothing =
    kind === 'pulls' ? 'No pull request yet: plumbline propose opens one when the data asks for it.' : 'No issue yet.'
  return page(view, kind, title, html`<h1>${title}</h1>${rows(items, nothing)}`)
}

export async function issueView(view: View, number: number): Promise<string | undefined> {
  const state = await followRefs(view.forge)
  const issue = state.discussion.issues.find((known) => known.number === number)
  if (!issue) return undefined
  return isPullIssue(issue) ? pullView(view, state, issue) : plainIssue(view, state, issue)
}

function plainIssue(view: View, state: State, issue: StoredIssue): string {
  return page(
    view,
    'issues',
    issue.title,
    html`${heading(state, issue)}${said(state, issue)}${answerForms(view, issue)}`,
  )
}

async function pullView(view: View, state: State, issue: PullIssue): Promise<string> {
  const { git } = view.forge
  const { pull } = issue
  const files = await filesOf(view.forge, pull)
  const commits: Html[] = []
  for (const sha of await commitsBetween(git, pull.baseSha, pull.headSha)) {
    const { message, author } = await readCommit(git, sha)
    commits.push(
      html`<li><span class="hash">${sha.slice(0, 8)}</span> ${message.split('\n')[0]} <span class="dim">${author.name}, ${time(author.date)}</span></li>`,
    )
  }
  const changed = files.length === 1 ? '1 file changed' : `${files.length} files changed`
  return page(
    view,
    'pulls',
    issue.title,
    html`${heading(state, issue)}
    <p><code>${pull.fork === undefined ? pull.head : `${pull.fork}:${pull.head}`}</code> → <code>${pull.base}</code> <span class="dim">· ${commits.length} ${commits.length === 1 ? 'commit' : 'commits'} · ${changed}</span></p>
    ${said(state, issue)}
    ${checks(state, pull.headSha)}
    ${reviews(view, state, issue)}
    <section aria-label="Decision">${await decision(view, issue)}</section>
    ${answerForms(view, issue)}
    <h2>Commits</h2>${rows(commits, 'No commits.')}
    <h2>${changed}</h2>${diffView(files)}`,
  )
}

/** The three ways to merge, or why there is none. */
async function decision(view: View, issue: PullIssue): Promise<Html> {
  const { pull } = issue
  if (pull.merged) {
    const { by, at, commit } = pull.merged
    return html`<p class="notice done">✓ Merged by ${by}, ${time(at)}, as <span class="hash">${commit.slice(0, 8)}</span>.</p>`
  }
  if (issue.state === 'closed')
    return html`<p class="notice no">✗ Closed without being merged${issue.closedBy === null ? undefined : ` by ${issue.closedBy}`}.</p>`
  if (pull.isDraft) return html`<p class="notice wait">… Still a draft: it cannot be merged yet.</p>`
  const trial = currentTrial(pull) ?? (await tryMerge(view.forge, issue))
  if (trial.commit === null)
    return html`<p class="notice no">✗ It conflicts with ${pull.base}: mend that on the branch first.</p>`
  const action = `${issuePage(view.forge, issue)}/merge`
  const button = (method: string, words: string, kind: string) =>
    form(view, action, { method, sha: pull.headSha }, html`<button class="${kind}">${words}</button>`)
  return html`<div class="box"><div class="inside"><p class="added">● It fits onto ${pull.base}.</p>
    <div class="buttons">${button('merge', 'Merge', 'press')}${button('squash', 'Squash and merge', '')}${
      trial.isRebaseable ? button('rebase', 'Rebase and merge', '') : undefined
    }</div></div></div>`
}

function heading(state: State, issue: StoredIssue): Html {
  return html`<h1>${issue.title} <span class="dim">#${issue.number}</span></h1>
    <p>${badgeOf(issue)}${labels(state, issue)} <span class="dim">opened by ${issue.author}, ${time(issue.createdAt)}</span></p>`
}

function said(state: State, issue: StoredIssue): Html {
  const comments = commentsOn(state, issue).map(
    ({
      id,
      author,
      createdAt,
      body,
    }) => html`<article class="box" id="issuecomment-${id}"><header><b>${author}</b> <span class="dim">${time(createdAt)}</span></header>
      <div class="inside written">${renderMarkdown(body)}</div></article>`,
  )
  const body =
    issue.body === null || issue.body.trim() === ''
      ? html`<p class="dim">No description.</p>`
      : renderMarkdown(issue.body)
  return html`<article class="box"><header><b>${issue.author}</b> <span class="dim">${time(issue.createdAt)}</span></header>
    <div class="inside written">${body}</div></article>${comments}`
}

function checks(state: State, sha: string): Html {
  const statuses = newestStatuses(state.platform, sha).map(({ context, state: verdict, description }) =>
    check(context, verdict, description ?? ''),
  )
  const runs = newestCheckRuns(state.platform, sha).map(({ name, status, conclusion, title }) =>
    check(name, conclusion ?? status, title ?? ''),
  )
  const all = [...statuses, ...runs]
  return all.length === 0 ? html`` : html`<h2>Checks</h2>${rows(all, '')}`
}

function check(name: string, verdict: string, words: string): Html {
  const kind = ['success', 'neutral', 'skipped'].includes(verdict)
    ? 'go'
    : /fail|error|timed|cancel/.test(verdict)
      ? 'no'
      : 'wait'
  return html`<li>${stateBadge(verdict.replaceAll('_', ' '), kind)} <b>${name}</b> <span class="dim">${words}</span></li>`
}

function answerForms(view: View, issue: StoredIssue): Html {
  const address = issuePage(view.forge, issue)
  const isOpen = issue.state === 'open'
  const closing = issue.pull ? 'Close without merging' : 'Close'
  const turn = issue.pull?.merged
    ? undefined
    : form(
        view,
        `${address}/state`,
        { state: isOpen ? 'closed' : 'open' },
        html`<button class="${isOpen ? 'no' : ''}">${isOpen ? closing : 'Open again'}</button>`,
      )
  return html`<div class="written">${form(
    view,
    `${address}/comment`,
    {},
    html`<label for="body">Comment</label><textarea id="body" name="body" required></textarea><p><button>Comment</button></p>`,
  )}</div>${turn}`
}

function badgeOf(issue: StoredIssue): Html {
  if (issue.pull?.merged) return stateBadge('Merged', 'done')
  if (issue.state === 'closed') return stateBadge('Closed', issue.pull ? 'no' : 'done')
  return issue.pull?.isDraft ? stateBadge('Draft', 'idle') : stateBadge('Open', 'go')
}

function labels(state: State, issue: StoredIssue): Html {
  return html`${labelsOn(state, issue).map(({ name }) => html`<span class="label">${name}</span>`)}`
}
