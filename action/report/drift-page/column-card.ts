import { type Html, html } from '../../base/html.ts'
import type { JudgedRow } from '../../drift/judge-drift.ts'
import type { MeasureName } from '../../project/drift-policy.ts'
import { formatChance, formatCount, formatNumber, formatShare } from '../numbers.ts'
import { columnMarks, measureWords } from '../word-drift.ts'
import { drawPicture } from './draw-picture.ts'
import { classOf, type DriftPage, type PageColumn, shortened } from './page-content.ts'

const longestName = 120
const longestSaid = 240
const maxNamed = 5
const barWidth = 160

/** Everything about a column: its verdict, the effect beside its limit, both samples in a picture, the evidence, the measures. */
export function columnCard(column: PageColumn, page: DriftPage): Html {
  const main = largest(column)
  return html`<li ${attributes(column)}><div>${head(column)}
${main ? effectBar(main, page.effect) : undefined}${sides(column)}</div>
${drawPicture(column) ?? html`<figure></figure>`}<div>${evidence(column, page.effect)}${cameAndWent(column)}${measures(column)}</div></li>
`
}

/** The same in one line, without pictures. */
export function columnLine(column: PageColumn): Html {
  const main = largest(column)
  const numbers = main
    ? html`<p class="dim">${wordQuestion(main)} ${formatNumber(main.effect)} · p, adjusted ${formatChance(main.adjusted)} · could see ${formatNumber(main.smallestEffect)}</p>`
    : undefined
  return html`<li class="line ${classOf(column.verdict)}" ${data(column)}>${head(column)}${numbers}</li>
`
}

function head({ name, verdict, said }: PageColumn): Html {
  const more = said === '' ? undefined : html`<p class="said">${shortened(said, longestSaid)}</p>`
  return html`<h3><bdi>${shortened(name, longestName)}</bdi></h3><p class="v">${columnMarks[verdict]} ${verdict === 'vanished' ? 'gone' : verdict}</p>${more}`
}

function attributes(column: PageColumn): Html {
  return html`class="${classOf(column.verdict)}" ${data(column)}`
}

/** What the script sorts by. */
function data(column: PageColumn): Html {
  const { reference, current } = column
  const effect = column.verdict === 'vanished' ? 1 : (largest(column)?.effect ?? -1)
  const moved = Math.abs(missingShare(current) - missingShare(reference))
  return html`data-e="${String(Number(effect.toPrecision(4)))}"${moved > 0 ? html` data-m="${String(Number(moved.toPrecision(4)))}"` : undefined}`
}

/** The largest effect as a bar from 0 to 1, with a mark where it begins to matter. */
function effectBar({ effect }: JudgedRow, limit: number | null): Html {
  const long = Math.round(effect * barWidth)
  const mark = limit === null ? undefined : html`<path class="l" d="M${Math.round(limit * barWidth)} 0v10"/>`
  return html`<svg class="m" role="none" viewBox="0 0 ${barWidth} 10"><path d="M0 2h${long}v6H0"/>${mark}</svg>`
}

function sides({ reference, current }: PageColumn): Html | undefined {
  if (!reference || !current) return undefined
  const [before, now] = [missingShare(reference), missingShare(current)]
  if (before + now === 0) return html`<p class="dim">no row is missing</p>`
  return html`<p class="dim">missing ${formatShare(before)} → ${formatShare(now)}</p>`
}

function evidence({ rows }: PageColumn, limit: number | null): Html | undefined {
  if (rows.length === 0) return undefined
  const least = limit === null ? [] : [formatNumber(limit)]
  const lines = rows.map((row) => {
    const cells = [formatNumber(row.effect), ...least, formatChance(row.adjusted), formatNumber(row.smallestEffect)]
    return html`<tr><th scope="row">${wordQuestion(row)}${cells.map((cell) => html`<td>${cell}`)}`
  })
  const heads = ['effect', ...(limit === null ? [] : ['limit']), 'p, adjusted', 'could see']
  // Tags that HTML lets go without are a quarter of a table.
  return html`<table><tr><td>${heads.map((words) => html`<th>${words}`)}${lines}</table>`
}

function cameAndWent({ picture }: PageColumn): Html | undefined {
  if (!picture) return undefined
  const words = (what: string, values: readonly (readonly [string, number])[], rare: number) => {
    if (values.length + rare === 0) return undefined
    const named = values.slice(0, maxNamed)
    const others = values.length - named.length + rare
    const list = named.map(([value, rows]) => html`<bdi>${shortened(value, 40)}</bdi> (${formatCount(rows)} rows) `)
    const more = others > 0 ? `${formatCount(others)} ${named.length > 0 ? 'more' : 'rare values'}` : undefined
    return html`<p>${what}: ${list}${more}</p>`
  }
  const { appeared, vanished, rareAppeared, rareVanished } = picture
  return html`${words('new', appeared, rareAppeared)}${words('gone', vanished, rareVanished)}`
}

function measures({ rows, measures: all }: PageColumn): Html | undefined {
  if (!all && rows.length === 0) return undefined
  const tests = rows.map((row) => `${row.question}: ${row.test}, p ${formatChance(row.pValue)}`)
  const known = Object.entries(all?.values ?? {}).flatMap(([name, value]) => {
    const chance = name === 'psi' && all?.psiByChance ? ` (by chance ${formatNumber(all.psiByChance)})` : ''
    return value === null ? [] : [`${name} ${formatNumber(value)}${chance}`]
  })
  const unknown = [...namesByReason(all)].map(([reason, names]) => `${names.join(', ')}: ${reason}`)
  const values = [...known, ...unknown]
  return html`<details><summary>Measures</summary><p>${[...values, ...tests].join(' · ')}</p></details>`
}

/** Why what cannot be measured cannot be. */
function namesByReason(all: PageColumn['measures']): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>()
  for (const [name, value] of Object.entries(all?.values ?? {})) {
    const reason = value === null ? all?.because[name as MeasureName] : undefined
    if (reason !== undefined) names.set(reason, [...(names.get(reason) ?? []), name])
  }
  return names
}

function largest({ rows }: PageColumn): JudgedRow | undefined {
  return rows.toSorted((one, other) => other.effect - one.effect)[0]
}

function wordQuestion({ question, measure }: JudgedRow): string {
  return question === 'values' ? `values, ${measureWords[measure]}` : question
}

function missingShare(side: PageColumn['reference']): number {
  return side ? side.missing / Math.max(1, side.rows) : 0
}
