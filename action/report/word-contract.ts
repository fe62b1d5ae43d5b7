import { formatExact } from '../base/format-number.ts'
import type { ContractCheck, FoundRename, SampleRow, Scale } from '../data/contract-result.ts'
import type { Swap } from '../drift/find-swapped-columns.ts'
import type { Rename, RenameDoubt } from '../drift/match-renamed-columns.ts'
import type { AgeLimit, Expectation } from '../project/contract.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'

/** What is wrong, without the column's name: `above 50: 37 rows (0.9 %), limit 0`. */
export function wordFailure(check: ContractCheck): string {
  const { promise, failing, rows } = check
  if (promise.kind === 'present') return `missing in ${wordFiles(check.missingIn)}`
  if (promise.kind === 'row-count') return `${wordRows(failing)}, expected ${wordExpectation(promise.expected)}`
  if (promise.kind === 'sql') {
    const expected = `expected ${wordExpectation(promise.expected)}`
    return check.measured === undefined
      ? `its query does not give what is ${expected}`
      : `its query gives ${formatExact(check.measured)}, ${expected}`
  }
  if (promise.kind === 'freshness') {
    const newest = check.newest === undefined ? 'its newest row is too old' : `its newest row is of ${check.newest}`
    return `${newest}, expected at most ${wordAge(promise.limit)} old`
  }
  return `${wordBroken(check)}: ${wordRows(failing)} (${formatShare(failing / rows)}), ${wordLimit(check)}`
}

function wordBroken({ promise }: ContractCheck): string {
  switch (promise.kind) {
    case 'type':
      return `not ${/^[aeiou]/.test(promise.type) ? 'an' : 'a'} ${promise.type}`
    case 'required':
      return 'empty'
    case 'unique':
      return 'not unique'
    case 'minimum':
      return `${promise.isExclusive ? 'not above' : 'below'} ${wordBound(promise.limit)}`
    case 'maximum':
      return `${promise.isExclusive ? 'not below' : 'above'} ${wordBound(promise.limit)}`
    case 'min-length':
      return `shorter than ${promise.length}`
    case 'max-length':
      return `longer than ${promise.length}`
    case 'allowed':
      return `not one of ${wordList(promise.values, 8)}`
    case 'pattern':
      return `no match of ${promise.pattern}`
    case 'valid':
      return `not one of ${wordList(promise.values, 8)}, or no match of ${promise.pattern}`
    case 'filled':
      return `standing for missing (${wordList(
        promise.missing.map((value) => JSON.stringify(value)),
        8,
      )})`
    case 'finite':
      return 'infinite'
    case 'multiple-of':
      return `not a multiple of ${formatExact(promise.step)}`
    case 'format':
      return `not of the format ${promise.format}`
    case 'unique-together':
      return `not unique together (${promise.columns.map(shortened).join(', ')})`
    case 'references':
      return `not in ${promise.others.map((name) => shortened(`${promise.table}.${name}`)).join(', ')}`
    case 'retention':
      return `older than ${wordAge(promise.limit)}`
    case 'present':
    case 'sql':
    case 'row-count':
    case 'freshness':
      return ''
  }
}

export function wordAge({ count, unit }: AgeLimit): string {
  return `${formatExact(count)} ${unit}${count === 1 ? '' : 's'}`
}

/** The first rows that fail: `data/2025-09.csv row 118: 1250 · row 240: 980`. */
export function wordSamples(samples: readonly SampleRow[]): string {
  let file = ''
  const words = samples.map((sample) => {
    const place =
      sample.file === file ? `row ${formatCount(sample.row)}` : `${sample.file} row ${formatCount(sample.row)}`
    file = sample.file
    return sample.value === undefined || sample.value === null ? place : `${place}: ${shortened(sample.value)}`
  })
  return words.join(' · ')
}

/** The same of a stage's output, by id and by where the data holds the row: `id p118: inf ← data/a.csv row 119`. */
export function wordTraced(
  samples: readonly SampleRow[],
  traced: ReadonlyMap<
    number,
    { readonly id: string; readonly source?: { readonly file: string; readonly row: number } }
  >,
  idName: string,
): string {
  const words = samples.map(({ row, value }) => {
    const { id, source } = traced.get(row) ?? {}
    const place = id === undefined ? `row ${formatCount(row)}` : `${shortened(idName)} ${shortened(id)}`
    const shown = value === undefined || value === null ? place : `${place}: ${shortened(value)}`
    return source ? `${shown} ← ${source.file} row ${formatCount(source.row)}` : shown
  })
  return words.join(' · ')
}

/** `14 checks`, `14 checks, 1 warns`. */
export function wordChecks(checks: readonly ContractCheck[]): string {
  const warnings = checks.filter(({ outcome, severity }) => outcome === 'fail' && severity !== 'error').length
  return `${formatCount(checks.length)} checks${warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warns' : 'warn'}`}`
}

/** What became of a missing column, where a new one of its table fits it. */
export function renameOf(
  { column, promise, table }: ContractCheck,
  renames: readonly FoundRename[],
): FoundRename | undefined {
  if (promise.kind !== 'present') return undefined
  return renames.find((rename) => rename.missing === column && rename.table === table)
}

/** `"state" is new and holds the same 5 values in the same shares (distance 0.02): a rename is likely.` */
export function wordRename(rename: Rename): string {
  const { kind, added, distance, sharedValues, distinctValues, doubts } = rename
  const shown = distance === null ? '' : ` (distance ${formatNumber(distance, 2)})`
  const what =
    sharedValues === null
      ? `is spread alike${shown}`
      : sharedValues === distinctValues
        ? `holds the same ${distinctValues} values${doubts.includes('far-values') ? '' : ' in the same shares'}${shown}`
        : `holds ${sharedValues} of its ${distinctValues} values already known${shown}`
  if (kind === 'likely') return `"${added}" is new and ${what}: a rename is likely.`
  return `"${added}" is new and ${what}: a rename is possible, but ${doubts.map((doubt) => wordsOfDoubts[doubt]).join(', ')}.`
}

const wordsOfDoubts: Readonly<Record<RenameDoubt, string>> = {
  'two-valued': 'columns of two values look alike easily',
  'far-values': 'the shares differ',
  'no-values': 'only the form of the values can be compared',
  'close-second': 'another column fits about as well',
  'few-rows': 'there are few rows',
}

/** `"lat" and "lon" may be swapped: each holds what the other held (distance 0.04).` */
export function wordSwap({ columns, distance }: Swap): string {
  const names = columns.map((name) => `"${shortened(name)}"`).join(' and ')
  return `${names} may be swapped: each holds what the other held (distance ${formatNumber(distance, 2)}).`
}

/** By the unit at the end of a column's name: what values are in that are so many times too large. */
const unitsBehind: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kg: { 1000: 'grams' },
  g: { 0.001: 'kilograms', 1000: 'milligrams' },
  km: { 1000: 'metres' },
  m: { 0.001: 'kilometres', 10: 'decimetres', 100: 'centimetres', 1000: 'millimetres' },
  cm: { 0.01: 'metres', 10: 'millimetres' },
  mm: { 0.001: 'metres', 0.1: 'centimetres' },
  s: { 1000: 'milliseconds' },
  ms: { 0.001: 'seconds', 1000: 'microseconds' },
  l: { 1000: 'millilitres' },
  eur: { 100: 'cents' },
  usd: { 100: 'cents' },
  percent: { 0.01: 'fractions' },
}

/** `likely grams: 36 of 37 are plausible after ÷ 1000`. */
export function wordScale(column: string, { factor, plausible, of }: Scale): string {
  const unit = /[a-z]+$/.exec(column.toLowerCase())?.[0] ?? ''
  const likely = unitsBehind[unit]?.[String(factor)] ?? 'another unit'
  const sum = factor > 1 ? `÷ ${factor}` : `× ${Math.round(1 / factor)}`
  return `likely ${likely}: ${formatCount(plausible)} of ${formatCount(of)} are plausible after ${sum}`
}

/** What to type to accept a rename. */
export function wordAcceptance({ missing, added, table }: FoundRename): string {
  const pair = `${table === undefined ? '' : `${table}.`}${missing}=${added}`
  return `plumbline validate --accept-rename ${/^[\w=.-]+$/.test(pair) ? pair : `'${pair.replaceAll("'", `'\\''`)}'`}`
}

export function wordFiles(files: readonly string[]): string {
  return wordList(files, 3)
}

export function wordList(names: readonly string[], shown: number): string {
  const more = names.length - shown
  return `${names.slice(0, shown).map(shortened).join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`
}

function wordRows(rows: number): string {
  return `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`
}

/** `limit 5 %`, `limit below 5`; what is no upper limit: `expected at least 3`. */
function wordLimit({ tolerance }: ContractCheck): string {
  if (tolerance === null) return 'limit 0'
  const { operator, limits, unit } = tolerance
  const number = (value: number | undefined) => `${formatExact(value ?? 0)}${unit === 'percent' ? ' %' : ''}`
  if (operator === 'mustBeLessThan') return `limit below ${number(limits[0])}`
  if (operator === 'mustBeLessOrEqualTo') return `limit ${number(limits[0])}`
  if (operator === 'mustBeBetween' && limits[0] === 0) return `limit ${number(limits[1])}`
  return `expected ${wordExpectation(tolerance)}${unit === 'percent' ? ' %' : ''}`
}

export function wordExpectation({ operator, limits }: Expectation): string {
  const [first = '', last = ''] = limits.map((limit) =>
    Number.isSafeInteger(limit) ? formatCount(limit) : formatExact(limit),
  )
  switch (operator) {
    case 'mustBe':
      return first
    case 'mustNotBe':
      return `other than ${first}`
    case 'mustBeGreaterThan':
      return `more than ${first}`
    case 'mustBeGreaterOrEqualTo':
      return `at least ${first}`
    case 'mustBeLessThan':
      return `less than ${first}`
    case 'mustBeLessOrEqualTo':
      return `at most ${first}`
    case 'mustBeBetween':
      return `${first} to ${last}`
    case 'mustNotBeBetween':
      return `less than ${first} or more than ${last}`
  }
}

function wordBound(limit: number | string): string {
  return typeof limit === 'number' ? formatExact(limit) : limit
}

export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
