import type { SmokeProblem } from '../data/check-smoke.ts'
import type { SmokeRow } from '../data/plan-smoke-rows.ts'
import type { SmokeKind } from '../project/project.ts'
import { formatCount } from './numbers.ts'

const kinds: Readonly<Record<SmokeKind, string>> = {
  nulls: 'nulls',
  unseen: 'unseen categories',
  extremes: 'extremes',
  empty: 'empty',
}
const shown = 3

/** `nulls, unseen categories, extremes, empty`, and what was left out: never silently. */
export function wordSmoke(tried: readonly SmokeKind[], skipped: readonly SmokeKind[]): string {
  const left = skipped.length === 0 ? '' : ` · skipped, as plumbline.yaml says: ${list(skipped)}`
  return `${tried.length === 0 ? 'training rows alone' : list(tried)}${left}`
}

function list(words: readonly SmokeKind[]): string {
  return words.map((kind) => kinds[kind]).join(', ')
}

/** Follows "Cannot accept the judged model: ". */
export function wordSmokeProblem({ code, state, rows }: SmokeProblem, stage: string): string {
  if (code === 'smoke/ended') return `on ${wordSmokeRows(rows)}, stage "${stage}" did not answer: ${state}`
  if (rows.length === 0) return state
  const ordinary = rows.filter(({ kind }) => kind === 'ordinary').length
  // Where it fails of plain rows, the made ones say nothing more.
  if (ordinary > 0) return `stage "${stage}" gives ${state} for ${ordinary} training rows, given as they are`
  return `stage "${stage}" gives ${state} for ${formatCount(rows.length)} made ${rows.length === 1 ? 'row' : 'rows'}: ${wordSmokeRows(rows)}`
}

/** `null in "region", "weight_kg" and 2 more; far above training in "weight_kg"` */
function wordSmokeRows(rows: readonly SmokeRow[]): string {
  const held = new Map<string, Set<string>>()
  for (const { holds, columns } of rows) {
    const names = held.get(holds) ?? new Set()
    for (const column of columns) names.add(column)
    held.set(holds, names)
  }
  const worded = [...held].map(([holds, names]) => `${holds}${wordColumns([...names])}`)
  const more = worded.length - 2 * shown
  return `${worded.slice(0, 2 * shown).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

function wordColumns(names: readonly string[]): string {
  if (names.length === 0) return ''
  const more = names.length - shown
  const quoted = names.slice(0, shown).map((name) => `"${name}"`)
  return ` in ${more > 0 ? `${quoted.join(', ')} and ${formatCount(more)} more` : quoted.join(', ')}`
}

/** Where to mend it, or how to say that such rows cannot come. */
export function wordSmokeRemedy({ code, rows }: SmokeProblem): string {
  const found = new Set(rows.map(({ kind }) => kind))
  if (code === 'smoke/empty') {
    return 'Let it write a table without rows; to leave it unasked: smoke: { skip: [empty] }'
  }
  if (found.size === 0 || found.has('ordinary'))
    return 'Let it answer each row that it is given once, whatever the id is.'
  return `Let it answer such rows, or promise in a contract on the features that none comes (stages.features.contract); to leave them unasked: smoke: { skip: [${[...found].join(', ')}] }`
}
