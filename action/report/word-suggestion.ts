import { formatExact } from '../base/format-number.ts'
import type { OfTable } from '../data/contract-result.ts'
import type { DeclinedWhy, SuggestedWhy } from '../pipeline/decide-breach.ts'
import type { ContractSuggestion, SuggestedEdit } from '../pipeline/suggest-contract.ts'
import { markdownBlock, markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatShare } from './numbers.ts'
import { shortened, wordFailure, wordList } from './word-contract.ts'

export interface ShownSuggestion {
  readonly suggestion: ContractSuggestion
  /** As diagnostics name it. */
  readonly contract: string
  /** Where the patch was written; it is shown where it was not. */
  readonly patchFile: string | undefined
}

const titles = { mend: 'would mend', extend: 'is new', tighten: 'could be promised too' } as const

/** What is suggested and why, what is not, what remains; then the patch itself, as it is to be applied. */
export function suggestionLines(shown: ShownSuggestion): string[] {
  const { suggestion, contract, patchFile } = shown
  const { edits, declined, patch } = suggestion
  const groups = (['mend', 'extend', 'tighten'] as const).flatMap((aim) => {
    const group = edits.filter((edit) => edit.aim === aim)
    if (group.length === 0) return []
    return [
      `  ${titles[aim]}`,
      ...group.map((edit) => `  + ${nameOf(edit)}  ${wordWhy(edit.why)}${wordBreaking(edit)}`),
    ]
  })
  const others = declined.map((one) => {
    const place = one.line === null ? '' : `   ${one.contract ?? contract}:${one.line}`
    return `  · ${within(one, shortened(one.column ?? 'table'))}  ${wordDeclined[one.why]}${place}`
  })
  return [
    '',
    headOf(shown),
    ...groups,
    ...(others.length > 0 ? ['  not suggested', ...others] : []),
    ...(edits.length > 0 ? [`  ${wordRemaining(suggestion)}`] : []),
    ...(patch === '' || patchFile !== undefined ? [] : ['', ...wordLineEnds(patch), ...patch.trimEnd().split('\n')]),
  ]
}

/** The same for a summary or a comment. */
export function suggestionMarkdown(shown: ShownSuggestion): string[] {
  const { suggestion, contract, patchFile } = shown
  const { edits, declined, patch } = suggestion
  const rows = edits.map((edit) => [
    titles[edit.aim],
    markdownCode(nameOf(edit)),
    markdownText(`${wordWhy(edit.why)}${wordBreaking(edit)}`),
  ])
  const others = declined.map((one) => [
    'not suggested',
    markdownCode(within(one, one.column ?? 'table')),
    `${markdownText(wordDeclined[one.why])}${one.line === null ? '' : ` ${markdownCode(`${one.contract ?? contract}:${one.line}`)}`}`,
  ])
  return [
    `### ${markdownText(headOf(shown))}`,
    ...(rows.length + others.length > 0 ? [markdownTable(['', 'column', 'why'], [...rows, ...others])] : []),
    ...(edits.length > 0 ? [markdownText(wordRemaining(suggestion))] : []),
    ...(patch === '' || patchFile !== undefined ? [] : [markdownBlock(patch, 'diff')]),
  ]
}

function headOf({ suggestion, contract, patchFile }: ShownSuggestion): string {
  const { edits, contracts = [contract] } = suggestion
  const { length } = edits
  if (length === 0) return `Suggested for ${contracts.join(', ')}: nothing`
  const count = `${length} ${length === 1 ? 'change' : 'changes'}`
  return `Suggested for ${contracts.join(', ')}: ${count}, not applied${patchFile === undefined ? '' : ` · wrote ${patchFile}`}`
}

function wordBreaking({ isBreaking }: SuggestedEdit): string {
  return isBreaking ? ' · breaking: who reads the data can rely on less' : ''
}

function nameOf(edit: SuggestedEdit): string {
  const { column, why } = edit
  return within(edit, why.kind === 'new-columns' ? wordList(why.columns, 3) : shortened(column ?? 'table'))
}

/** Says of which table it is, where there are several. */
function within({ table }: OfTable, what: string): string {
  return table === undefined ? what : `${table}: ${what}`
}

function wordWhy(why: SuggestedWhy): string {
  switch (why.kind) {
    case 'renamed':
      return `is likely called ${shortened(why.to)} now: an alias reads both`
    case 'new-columns':
      return 'in every file, and promised as init would'
    case 'seen':
      return `${wordList(why.values, 8)} in ${rowsOf(why.rows)}: too often for slips`
    case 'wider':
      return `limit ${formatExact(why.from)} → ${formatExact(why.to)}: ${rowsOf(why.rows)} (${formatShare(why.share)}) lie a little outside`
    case 'often-empty':
      return `empty in ${rowsOf(why.rows)} (${formatShare(why.share)}): too often to be required`
    case 'never-empty':
      return `never empty in ${rowsOf(why.rows)}`
    case 'always-known':
      return `the same few values in ${rowsOf(why.rows)}`
    case 'always-within':
      return `never negative, and of one unit, in ${rowsOf(why.rows)}`
  }
}

const wordDeclined: Readonly<Record<DeclinedWhy, string>> = {
  'possible-rename': 'may be renamed, but it is not sure: look at both columns first',
  missing: 'is missing: bring it back, or take it out of features and contract by hand',
  'not-everywhere': 'is new, but not in every file: the older ones would break the promise',
  taken:
    'is new, but another table has a column of that name: take it in by hand under another, with this one as its physicalName',
  'no-values': 'has next to no values: whoever fills it stopped',
  type: 'values of another type are no values of this column: mend the data',
  repeated: 'rows that stand there twice would be learned twice: mend the data',
  unit: 'the values are likely in another unit: mend the data',
  swapped: 'it may have changed places with another column: mend the data',
  classified: 'its values may not be shown: change the contract by hand',
  target: 'it is what the model predicts: change what it learns by hand',
  role: 'rows are told apart, or split, by it: mend the data',
  rare: 'too few rows to learn from: mend the data',
  spelling: 'known values spelt in another way: mend the data',
  'stands-for-missing': 'what stands for nothing there is no value: leave the field empty',
  'many-values': 'more new values than known ones: look at what the column holds now',
  'many-rows': 'so many rows changed that the data did, not its edge: look at it first',
  sign: 'the values have another sign: mend the data',
  far: 'the values lie too far out to be of the same kind: mend the data',
  date: 'a limit in time is a decision: change it by hand',
  form: 'values of another form are more likely wrong than the form: mend the data',
  'seldom-empty': 'seldom empty: mend the data',
  'whole-table': 'what the table promises as a whole is a decision: change it by hand',
  'by-hand': 'it is written in a form that is to be changed by hand',
}

function wordRemaining({ remaining }: ContractSuggestion): string {
  if (remaining.length === 0) return 'With it, every check holds.'
  const shown = remaining
    .slice(0, 5)
    .map((check) => `${within(check, shortened(check.column ?? 'table'))} ${wordFailure(check)}`)
  const more = remaining.length > shown.length ? ` and ${formatCount(remaining.length - shown.length)} more` : ''
  return `With it, ${remaining.length === 1 ? '1 check fails' : `${formatCount(remaining.length)} checks fail`} still: ${shown.join(' · ')}${more}`
}

function wordLineEnds(patch: string): string[] {
  return patch.includes('\r') ? ['Its lines end in CR LF: to apply it, write it with --patch FILE.'] : []
}

function rowsOf(rows: number): string {
  return `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`
}
