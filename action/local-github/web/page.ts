import { type Html, html, type Piece } from '../../base/html.ts'
import { type Forge } from '../exchange.ts'
import { pageOf } from '../resources.ts'
import type { WebSession } from './session.ts'

/** What every page needs to know. */
export interface View {
  readonly forge: Forge
  readonly session: WebSession
}

export type Tab = 'pulls' | 'issues' | 'releases' | 'runs' | 'deployments' | 'branches'

const tabs: readonly (readonly [Tab, string, string])[] = [
  ['pulls', 'Pull requests', '/pulls'],
  ['issues', 'Issues', '/issues'],
  ['releases', 'Releases', '/releases'],
  ['runs', 'Runs', '/actions'],
  ['deployments', 'Deployments', '/deployments'],
  ['branches', 'Branches', '/branches'],
]

/** A whole page; `tab`: the part of the repository that it belongs to. */
export function page({ forge }: Pick<View, 'forge'>, tab: Tab | undefined, title: string, content: Html): string {
  const links = tabs.map(
    ([name, words, path]) =>
      html`<a href="${pageOf(forge)}${path}"${name === tab ? html` aria-current="page"` : undefined}>${words}</a>`,
  )
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${forge.owner}/${forge.repository}</title><link rel="stylesheet" href="/-/style.css"></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header><p><b>${forge.owner}/${forge.repository}</b> <span class="dim">the embedded GitHub, on this machine alone</span></p>
<nav aria-label="Repository">${links}</nav></header>
<main id="main">${content}</main></body></html>
`.markup
}

/** A page that stands alone: before somebody may see the repository. */
export function barePage(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="/-/style.css"></head>
<body><main id="main"><h1>${title}</h1>${content}</main></body></html>
`.markup
}

/** A form that changes something; `fields` go with it unseen. */
export function form({ session }: View, action: string, fields: Readonly<Record<string, string>>, content: Html): Html {
  const unseen = Object.entries({ token: session.formToken, ...fields }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${action}">${unseen}${content}</form>`
}

/** A state in words, with a sign and a colour that say the same. */
export function stateBadge(words: string, kind: 'go' | 'no' | 'done' | 'wait' | 'idle'): Html {
  const sign = { go: '●', no: '✗', done: '✓', wait: '…', idle: '○' }[kind]
  return html`<span class="state ${kind}">${sign} ${words}</span>`
}

export function rows(items: readonly Html[], nothing: string): Html {
  return items.length === 0 ? html`<p class="dim">${nothing}</p>` : html`<ul class="rows">${items}</ul>`
}

/** As people write a time of GitHub's. */
export function time(at: string | null): Piece {
  return at === null ? undefined : html`<time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>`
}
