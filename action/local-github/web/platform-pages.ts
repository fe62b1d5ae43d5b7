import { type Html, html } from '../../base/html.ts'
import { readTips } from '../branches.ts'
import { environmentNamed } from '../deployment-state.ts'
import { pageOf } from '../resources.ts'
import type { State } from '../state.ts'
import type { StoredRun } from '../stored-runs.ts'
import { form, page, rows, stateBadge, time, type View } from './page.ts'
import { renderMarkdown } from './render-markdown.ts'

export async function releasesPage(view: View): Promise<string> {
  const { releases } = await view.forge.state.read()
  const boxes = releases
    .toReversed()
    .map(({ tag, name, isDraft, isPrerelease, publishedAt, createdAt, body, assets }) => {
      const badge = isDraft
        ? stateBadge('Draft', 'idle')
        : isPrerelease
          ? stateBadge('Prerelease', 'wait')
          : stateBadge('Published', 'go')
      const files = assets.map((asset) => {
        const address = `${pageOf(view.forge)}/releases/download/${encodeURIComponent(tag)}/${encodeURIComponent(asset.name)}`
        const named =
          isDraft || asset.state === 'starter' ? html`${asset.name}` : html`<a href="${address}">${asset.name}</a>`
        const digest =
          asset.sha256 === null
            ? html`<span class="removed">not whole: its upload broke off</span>`
            : html`<span class="hash">${asset.sha256}</span>`
        return html`<tr><td>${named}</td><td class="number">${asset.bytes.toLocaleString('en')}</td><td>${digest}</td></tr>`
      })
      return html`<article class="box" id="${tag}"><header>${badge} <b>${name ?? tag}</b> <span class="dim">${tag} · ${time(publishedAt ?? createdAt)}</span></header>
      <div class="inside">${body === null ? undefined : html`<div class="written">${renderMarkdown(body)}</div>`}
      ${files.length === 0 ? html`<p class="dim">No assets.</p>` : html`<div class="scroll"><table class="plain"><thead><tr><th>asset</th><th>bytes</th><th>SHA-256</th></tr></thead><tbody>${files}</tbody></table></div>`}</div></article>`
    })
  const content =
    boxes.length === 0 ? html`<p class="dim">No release yet: plumbline register publishes one.</p>` : html`${boxes}`
  return page(view, 'releases', 'Releases', html`<h1>Releases</h1>${content}`)
}

export async function runsPage(view: View): Promise<string> {
  const { platform } = await view.forge.state.read()
  const items = platform.runs.toReversed().map(
    (
      run,
    ) => html`<li>${runBadge(run)} <b>${run.name}</b> ${run.title} <span class="dim">#${run.number} · ${run.event} · ${run.branch ?? ''} <span class="hash">${run.sha.slice(0, 8)}</span> · by ${run.actor}, ${time(run.createdAt)}</span>
      ${run.conclusion === 'action_required' ? approveRunForm(view, run) : undefined}</li>`,
  )
  return page(view, 'runs', 'Runs', html`<h1>Runs</h1>${rows(items, 'No run of a workflow is recorded here.')}`)
}

export async function deploymentsPage(view: View): Promise<string> {
  const state = await view.forge.state.read()
  const waiting = state.platform.runs.filter((run) => run.waitsFor.length > 0 && run.status !== 'completed')
  const made = state.platform.deployments
    .toReversed()
    .map(({ environment, ref, sha, creator, createdAt, statuses }) => {
      const verdict = statuses.at(-1)?.state ?? 'queued'
      const kind =
        verdict === 'success'
          ? 'go'
          : verdict === 'failure' || verdict === 'error'
            ? 'no'
            : verdict === 'inactive'
              ? 'idle'
              : 'wait'
      return html`<li>${stateBadge(verdict.replaceAll('_', ' '), kind)} <b>${environment}</b> ${ref} <span class="dim"><span class="hash">${sha.slice(0, 8)}</span> by ${creator}, ${time(createdAt)}</span></li>`
    })
  return page(
    view,
    'deployments',
    'Deployments',
    html`<h1>Deployments</h1><h2>Waiting for approval</h2>${rows(
      waiting.flatMap((run) => waitingItems(view, state, run)),
      'Nothing waits for an approval.',
    )}<h2>All</h2>${rows(made, 'Nothing was deployed yet.')}`,
  )
}

export async function branchesPage(view: View): Promise<string> {
  const tips = [...(await readTips(view.forge.git))].filter(([name]) => name.startsWith('refs/heads/'))
  const items = tips.map(
    ([name, sha]) =>
      html`<li><code>${name.slice('refs/heads/'.length)}</code> <span class="hash dim">${sha.slice(0, 8)}</span></li>`,
  )
  return page(
    view,
    'branches',
    'Branches',
    html`<h1>Branches</h1>${rows(items, 'No branch yet: plumbline register pushes the first one.')}`,
  )
}

function waitingItems(view: View, state: State, run: StoredRun): readonly Html[] {
  return run.waitsFor.flatMap((name) => {
    const environment = environmentNamed(state.platform, name)
    if (!environment) return []
    const review = (verdict: string, words: string, kind: string) =>
      form(
        view,
        `${pageOf(view.forge)}/deployments/review`,
        { run: String(run.id), environment: String(environment.id), verdict },
        html`<button class="${kind}">${words}</button>`,
      )
    return [
      html`<li>${stateBadge('waiting', 'wait')} <b>${name}</b> ${run.name} <span class="dim">#${run.number} · ${run.title}</span>
      <div class="buttons">${review('approved', 'Approve', 'press')}${review('rejected', 'Reject', 'no')}</div></li>`,
    ]
  })
}

function approveRunForm(view: View, run: StoredRun): Html {
  const action = `${pageOf(view.forge)}/actions/approve`
  return html`<div class="buttons">${form(view, action, { run: String(run.id) }, html`<button class="press">Approve workflows to run</button>`)}</div>`
}

function runBadge({ status, conclusion }: StoredRun): Html {
  const words = (conclusion ?? status).replaceAll('_', ' ')
  if (status !== 'completed' || conclusion === 'action_required') return stateBadge(words, 'wait')
  return stateBadge(
    words,
    conclusion === 'success' ? 'go' : conclusion === 'neutral' || conclusion === 'skipped' ? 'idle' : 'no',
  )
}
