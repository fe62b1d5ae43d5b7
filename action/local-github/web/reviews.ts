import { type Html, html } from '../../base/html.ts'
import { issuePage } from '../issue-resource.ts'
import type { State } from '../state.ts'
import type { PullIssue } from '../stored-issue.ts'
import { approversOf, type ReviewState } from '../stored-review.ts'
import { form, rows, stateBadge, time, type View } from './page.ts'
import { renderMarkdown } from './render-markdown.ts'

const badges: Readonly<Record<ReviewState, readonly [words: string, kind: 'go' | 'no' | 'idle']>> = {
  APPROVED: ['Approved', 'go'],
  CHANGES_REQUESTED: ['Wants changes', 'no'],
  COMMENTED: ['Commented', 'idle'],
  DISMISSED: ['Dismissed', 'idle'],
}

/** What people said of a pull request as a whole, and the way to say something: in the owner's name, but of the owner's own. */
export function reviews(view: View, state: State, issue: PullIssue): Html {
  const all = state.discussion.reviews.filter(({ pull }) => pull === issue.number)
  const standing = new Set(approversOf(all, issue.number))
  const shown = all.map((review) => {
    const [words, kind] = badges[review.state]
    const isOverruled = review.state === 'APPROVED' && !standing.has(review)
    const isOlder = review.commit !== issue.pull.headSha
    return html`<li id="pullrequestreview-${review.id}">${stateBadge(words, isOverruled ? 'idle' : kind)} <b>${review.author}</b> <span class="dim">${time(review.submittedAt)}${
      isOlder ? html` · of <span class="hash">${review.commit.slice(0, 8)}</span>, not of the newest commit` : undefined
    }${isOverruled ? ' · said otherwise since' : undefined}</span>${
      review.body.trim() === '' ? undefined : html`<div class="written">${renderMarkdown(review.body)}</div>`
    }</li>`
  })
  const said = all.length === 0 ? undefined : rows(shown, '')
  if (all.length === 0 && issue.state === 'closed') return html``
  return html`<section aria-label="Reviews"><h2>Reviews</h2>${said}${issue.state === 'open' ? answer(view, issue) : undefined}</section>`
}

function answer(view: View, issue: PullIssue): Html {
  if (issue.author === view.forge.owner)
    return html`<p class="dim">Nobody approves their own pull request: whoever merges it says yes to it.</p>`
  const action = `${issuePage(view.forge, issue)}/review`
  const seen = { sha: issue.pull.headSha }
  return html`<div class="written">${form(
    view,
    action,
    seen,
    html`<label for="review">What you say to it</label><textarea id="review" name="body"></textarea>
      <p class="buttons"><button class="press" name="verdict" value="approve">Approve</button><button name="verdict" value="refuse">Ask for changes</button></p>`,
  )}</div>`
}
