import type { DecimalMark, EpochUnit } from '../project/contract.ts'
import { strptimeOf } from '../project/time-format.ts'
import type { Engine } from './engine.ts'
import type { Counts } from './infer-columns.ts'
import type { AlmostType, InferredColumn } from './inferred-model.ts'
import { quoteText } from './quote.ts'
import { numberPattern, plainNumber } from './spelled-values.ts'
import { truthWordsOf } from './truth-words.ts'
import { type TimeShape, timeLike, timeShapeOf } from './time-patterns.ts'

export interface Forms extends Counts {
  /** Whether the files hold text, of which nothing is known but what it says. */
  readonly isText: boolean
}

/**
 * A column whose values are dates, moments or numbers in a spelling of their own, as what they are; every other column as
 * it stands, with what its texts may have been meant to be. `texts` is a subquery of its values as `x`.
 */
export async function findSpelling(
  engine: Engine,
  texts: string,
  column: InferredColumn,
  forms: Forms,
): Promise<InferredColumn> {
  if (forms.filled === 0) return column
  if (column.type === 'string' && forms.nested === forms.filled) return { ...column, almost: { kind: 'nested' } }
  const truth = column.type === 'string' && forms.isText ? truthWordsOf(column) : undefined
  if (truth) return { ...column, type: 'boolean', spelling: { kind: 'truth', ...truth } }
  const isWhole = column.type === 'integer'
  if (column.type !== 'string' && !isWhole) return column
  const unit = isWhole ? epochUnitOf(column) : undefined
  if (unit !== undefined) return asEpoch(column, unit)
  if (forms.isText ? forms.timeLike === forms.filled : isWhole && areDigitsOfTime(column)) {
    const timed = await asTime(engine, texts, column)
    const areDigits = forms.codes + forms.integers >= forms.filled
    if (timed && !(timed.almost && areDigits)) return timed
  }
  if (!forms.isText) return column
  if (isWhole) return isCodeName(column.name) || isLongNumber(column) ? asCode(column) : column
  const mark = forms.codes > 0 || isCodeName(column.name) ? undefined : markOf(forms)
  if (mark !== undefined) return await asNumber(engine, texts, column, mark)
  const almost = almostType(column, forms)
  return almost ? { ...column, almost } : column
}

/** The range in which integers are moments of this age, from 2000 to 2100; a name must say that they are. */
function epochUnitOf({ name, minimum, maximum }: InferredColumn): EpochUnit | undefined {
  if (minimum === null || maximum === null || !isTimeName(name)) return undefined
  return epochUnitIn(minimum, maximum)
}

function epochUnitIn(minimum: number, maximum: number): EpochUnit | undefined {
  const scales = [
    ['seconds', 1],
    ['milliseconds', 1e3],
    ['microseconds', 1e6],
  ] as const
  return scales.find(([, scale]) => minimum >= 946_684_800 * scale && maximum <= 4_102_444_800 * scale)?.[0]
}

function asEpoch(column: InferredColumn, unit: EpochUnit): InferredColumn {
  return { ...column, type: 'timestamp', spelling: { kind: 'epoch', unit }, minimum: null, maximum: null }
}

/** Twelve digits and more in every row, such as a card's: nobody counts so far. */
function isLongNumber({ minimum, distinct }: InferredColumn): boolean {
  return minimum !== null && minimum >= 1e11 && distinct > 50
}

function asCode(column: InferredColumn): InferredColumn {
  return { ...column, type: 'string', spelling: { kind: 'code' }, minimum: null, maximum: null }
}

/** 20241231 and 20241231140500, from 1900 to 2099. */
function areDigitsOfTime({ minimum, maximum }: InferredColumn): boolean {
  const least = [19_000_101, 19_000_101_000_000].findLast((each) => (minimum ?? 0) >= each)
  return least !== undefined && (maximum ?? 0) < least * 1.2
}

/** Undefined where no spelling fits all values, or where eight digits may as well be a number. */
async function asTime(engine: Engine, texts: string, column: InferredColumn): Promise<InferredColumn | undefined> {
  const [seen] = await engine.query<{ example: string | null; shortest: number; longest: number }>(
    `SELECT min(x) AS example, min(length(x)) AS shortest, max(length(x)) AS longest FROM ${texts}`,
  )
  const shape = timeShapeOf(seen?.example ?? '', seen?.shortest === seen?.longest)
  if (!shape) return mixed(column)
  const isDigits = column.type === 'integer'
  if (isDigits && !isTimeName(column.name) && column.distinct < minDigitDates) return undefined
  const [first, ...rivals] = await fittingPatterns(engine, texts, shape)
  if (first === undefined) return mixed(column)
  const type = shape.hasTime || /H/.test(first) ? 'timestamp' : 'date'
  return { ...column, type, spelling: { kind: 'time', pattern: first, rivals }, minimum: null, maximum: null }
}

/** So many different numbers are not all dates by chance: of eight digits that begin like a year, a third would not be. */
const minDigitDates = 20

function mixed(column: InferredColumn): InferredColumn | undefined {
  return column.type === 'string' ? { ...column, almost: { kind: 'mixed-dates' } } : undefined
}

async function fittingPatterns(engine: Engine, texts: string, { shape, patterns }: TimeShape): Promise<string[]> {
  const formats = patterns.map((pattern) => {
    const format = strptimeOf(pattern)
    if (!format.ok) throw new Error(`Cannot read the pattern "${pattern}": ${format.unknown}`)
    return `CASE WHEN regexp_full_match(x, ${quoteText(shape)}) THEN try_strptime(x, ${quoteText(format.value)}) END`
  })
  const counts = formats.map((moment, i) => `count(x) = count(${moment}) AS fits${i}, max(${moment}) AS last${i}`)
  const [found] = await engine.query<Record<string, unknown>>(`SELECT ${counts.join(', ')} FROM ${texts}`)
  // May is both a short and a long name.
  const fitting = patterns.filter((_, i) => found?.[`fits${i}`] === true)
  return fitting.length === 2 && fitting[0]?.replace('MMM', 'MMMM') === fitting[1] ? fitting.slice(0, 1) : fitting
}

/** The mark before the decimals where one reads all values and SQL alone does not. */
function markOf({ filled, byComma, byPoint, numbers }: Forms): { mark: DecimalMark; isSure: boolean } | undefined {
  if (numbers === filled) return undefined
  if (byComma === filled && byPoint === filled) return { mark: ',', isSure: false }
  if (byComma === filled) return { mark: ',', isSure: true }
  return byPoint === filled ? { mark: '.', isSure: true } : undefined
}

async function asNumber(
  engine: Engine,
  texts: string,
  column: InferredColumn,
  { mark, isSure }: { readonly mark: DecimalMark; readonly isSure: boolean },
): Promise<InferredColumn> {
  const [found] = await engine.query<{ ungrouped: number; marked: number }>(
    `SELECT count(*) FILTER (WHERE regexp_full_match(x, '[+-]?[0-9]{4,}([.,].*)?')) AS ungrouped,
       count(*) FILTER (WHERE regexp_matches(x, '[.,]')) AS marked FROM ${texts}`,
  )
  if (found?.marked === 0) return await respell(engine, texts, column, { mark: '.', isSure: true })
  if (isSure || (found?.ungrouped ?? 0) > 0) return await respell(engine, texts, column, { mark, isSure: true })
  // 12,345 alone: whoever writes thousands in groups groups all of them, so that this is most likely one.
  return await respell(engine, texts, column, { mark: mark === ',' ? '.' : ',', isSure: false })
}

/** The column with the numbers that the mark makes of its texts. */
export async function respell(
  engine: Engine,
  texts: string,
  column: InferredColumn,
  { mark, isSure }: { readonly mark: DecimalMark; readonly isSure: boolean },
): Promise<InferredColumn> {
  const number = `TRY_CAST(${plainNumber('x', mark)} AS DOUBLE)`
  const [found] = await engine.query<{ minimum: number | null; maximum: number | null; parted: number }>(
    `SELECT min(${number}) AS minimum, max(${number}) AS maximum,
       count(*) FILTER (WHERE contains(x, ${quoteText(mark)})) AS parted FROM ${texts}`,
  )
  const { minimum = null, maximum = null, parted } = found ?? {}
  const type = parted === 0 ? 'integer' : 'number'
  return { ...column, type, spelling: { kind: 'decimal', mark, isSure }, minimum, maximum }
}

const maxOddShare = 0.1
const minShownRows = 20
const isNothing = /^(n\/?a|nan|null|none|nil|missing|unknown|tbd|[-–—?.#*]+|#n\/a|#value!|#div\/0!|#ref!)$/i

function almostType({ values }: InferredColumn, forms: Forms): AlmostType | undefined {
  const { filled, numbers, byComma, byPoint, codes } = forms
  const oddRows = (fitting: number) => (fitting > 0 && fitting >= (1 - maxOddShare) * filled ? filled - fitting : 0)
  const odd = (kind: 'numbers' | 'dates', otherRows: number, isOdd: (value: string) => boolean): AlmostType => {
    // A value of few rows may name a person; what stands for nothing names nobody.
    const example = values.find(([value, rows]) => isOdd(value) && (rows >= minShownRows || isNothing.test(value)))?.[0]
    return { kind, otherRows, ...(example !== undefined && { example }) }
  }
  const oddDates = oddRows(Math.max(forms.timeLike, forms.dates, forms.moments))
  if (oddDates > 0) return odd('dates', oddDates, (value) => !isDateLike.test(value))
  if (codes > 0) return undefined
  if (forms.withUnits === filled) return { kind: 'units' }
  const oddNumbers = oddRows(Math.max(numbers, byComma, byPoint))
  return oddNumbers > 0 ? odd('numbers', oddNumbers, (value) => !isNumberLike.test(value)) : undefined
}

const isDateLike = new RegExp(`^(${timeLike}|\\d{4}-\\d{2}-\\d{2}.*)$`)
const isNumberLike = new RegExp(`^(${numberPattern(',')}|${numberPattern('.')}|[+-]?[0-9.]+([eE][+-]?[0-9]+)?)$`)

/** Names under which people keep moments. */
function isTimeName(name: string): boolean {
  return (
    /(^|[^a-z])(ts|time|timestamp|date|datetime|day|epoch|unix|at|on|when|created|updated|modified|start|end|since|until)([^a-z]|$)/i.test(
      name,
    ) || /timestamp|epoch|datetime|[a-z](Time|Date|At|On)(?![a-z])/.test(name)
  )
}

/** Names under which people keep digits that are no quantity. */
function isCodeName(name: string): boolean {
  return /(^|[^a-z])(zip|zip_?code|postal|postal_?code|postcode|plz|phone|telephone|mobile|fax|iban|ssn|isbn|ean|gtin|upc|sku)([^a-z]|$)/i.test(
    name,
  )
}
