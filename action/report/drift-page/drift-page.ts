import { type Html, html } from '../../base/html.ts'
import { sha256 } from '../../base/sha256.ts'
import { formatCount } from '../numbers.ts'
import { columnMarks, verdictWords } from '../word-drift.ts'
import { columnCard, columnLine } from './column-card.ts'
import { classOf, type DriftPage, type PageColumn, shortened } from './page-content.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'

/** Of so many columns, in so many bytes, the worst have pictures; what is better, and all others, have a line each. */
const pictured = { columns: 200, bytes: 286_000 } as const
const maxLines = 5000
const maxNotes = 100
const longestText = 1000

/**
 * The page in one file: it loads nothing, runs nothing but its own script, and is whole without that. The worst columns have a
 * picture, as many as there is room for; others a line; the same result gives the same bytes.
 */
export function driftPage(page: DriftPage): string {
  const { cards, lines, left } = layOut(page)
  const notes = page.notes.slice(0, maxNotes)
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${shortened(page.title, 200)}</title><style>${raw(pageStyle)}</style></head>
<body><a class="skip" href="#columns">Skip to the columns</a>
<header><p><b>Plumbline</b> drift <button id="theme" type="button" hidden>Dark</button></p></header>
<main><h1 class="${classOf(page.verdict)}">${verdictWords[page.verdict]}</h1>
<p class="reason">${shortened(page.reason, longestText)}</p>
<dl>${page.facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${shortened(text, longestText)}</dd></div>`)}</dl>
${notes.length > 0 ? html`<ul class="notes">${notes.map((note) => html`<li>${shortened(note, longestText)}</li>`)}</ul>` : undefined}
${rest(page.notes.length - notes.length, 'more notes, in the JSON of this result')}
<h2 id="columns" tabindex="-1">Columns</h2>
${toolbar(page)}
<p class="legend"><span class="r"></span> reference <span class="c"></span> current, as shares of rows on one scale; the outermost bins are open. The bar is the effect, its mark the limit. “Could see”: the smallest effect that so many rows were sure to show.${picturedWords(cards.length, lines.length)}</p>
<ol class="columns">${cards}${lines}</ol>
${rest(left, 'more columns, in the JSON of this result')}
</main><script>${raw(pageScript)}</script></body></html>
`.markup
}

function layOut(page: DriftPage) {
  const lines = page.columns.slice(0, maxLines).map(columnLine)
  const sizes = lines.slice(0, pictured.columns).map(bytesOf)
  let room = pictured.bytes - sizes.reduce((sum, size) => sum + size, 0)
  const cards: Html[] = []
  for (const [place, size] of sizes.entries()) {
    const column = page.columns[place]
    const card = column && columnCard(column, page)
    room -= (card ? bytesOf(card) : 0) - size
    if (!card || room < 0) break
    cards.push(card)
  }
  return { cards, lines: lines.slice(cards.length), left: page.columns.length - lines.length }
}

function bytesOf({ markup }: Html): number {
  return Buffer.byteLength(markup)
}

/** Hidden until the script runs, for without it nothing can be sorted. */
function toolbar({ columns }: DriftPage): Html {
  const counts = new Map<PageColumn['verdict'], number>()
  for (const { verdict } of columns) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const boxes = [...counts].map(([verdict, count]) => {
    const words = html`<span class="${classOf(verdict)}">${columnMarks[verdict]} ${verdict}</span> ${formatCount(count)}`
    return html`<label><input type="checkbox" value="${classOf(verdict)}" checked> ${words}</label>`
  })
  return html`<form class="tools" role="search" aria-label="Columns" hidden>
<label>Find <input id="find" type="search" placeholder="part of a name" autocomplete="off" spellcheck="false"></label>
<label>Sort <select id="sort"><option value="">worst first</option><option value="e">largest effect</option><option value="m">missing rows</option><option value="n">name</option></select></label>
<p id="shown" role="status"></p>
<fieldset><legend>Show</legend>${boxes}</fieldset></form>`
}

function picturedWords(cards: number, lines: number): string {
  return lines > 0 ? ` The ${formatCount(cards)} worst have a picture, ${formatCount(lines)} more a line each.` : ''
}

function rest(count: number, words: string): Html | undefined {
  return count > 0 ? html`<p>${formatCount(count)} ${words}.</p>` : undefined
}

function raw(markup: string): Html {
  return { markup }
}

const hashOf = (text: string) => `'sha256-${Buffer.from(sha256(text), 'hex').toString('base64')}'`
const policy = `default-src 'none'; style-src ${hashOf(pageStyle)}; script-src ${hashOf(pageScript)}; base-uri 'none'; form-action 'none'`
