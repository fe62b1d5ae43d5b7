import type { DecimalMark, EpochUnit, TruthWords } from '../project/contract.ts'
import { quoteText } from './quote.ts'

/** What may part thousands beside the other mark: a space of either width, and Switzerland's apostrophes. */
const separators = " \u00a0\u202f'\u2019"

/** Numbers that have such decimals, as a pattern of DuckDB's: `1.234,56`, `1234,56`, `-12`. Thousands are grouped by threes. */
export function numberPattern(mark: DecimalMark): string {
  const group = `[${separators}${otherMark(mark)}]`
  return `\\s*[+-]?([0-9]{1,3}(${group}[0-9]{3})+|[0-9]+)([${mark}][0-9]+)?\\s*`
}

/** SQL: the text of such a number as every program reads it, `1234.56`; NULL where it is none. */
export function plainNumber(expression: string, mark: DecimalMark): string {
  const plain = `translate(${expression}, ${quoteText(`${mark}${otherMark(mark)}${separators}`)}, '.')`
  return `CASE WHEN regexp_full_match(${expression}, ${quoteText(numberPattern(mark))}) THEN ${plain} END`
}

/** SQL: whether a text is the word for true, NULL where it is neither that nor the word for false. */
export function spelledTruth(expression: string, { yes, no }: TruthWords): string {
  const [wordYes, wordNo] = [yes, no].map((word) => quoteText(word.toLowerCase()))
  return `CASE lower(trim(${expression})) WHEN ${wordYes} THEN true WHEN ${wordNo} THEN false END`
}

/** A number with its unit or currency, as a pattern of DuckDB's: `12 %`, `€ 1.234,50`, `3.5kg`. */
export const withUnit =
  '([$€£¥₹] ?[+-]?[0-9][0-9.,]*|[+-]?[0-9][0-9.,]* ?([$€£¥₹%°]|[A-Za-zµ]{1,3}|°[CF])|[A-Z]{3} [+-]?[0-9][0-9.,]*)'

function otherMark(mark: DecimalMark): DecimalMark {
  return mark === ',' ? '.' : ','
}

const microseconds: Readonly<Record<EpochUnit, number>> = { seconds: 1_000_000, milliseconds: 1000, microseconds: 1 }

/** SQL: the moment, in UTC, that an integer counts from 1970 on; NULL outside of the years 1 to 9999. */
export function momentOf(expression: string, rawType: string, unit: EpochUnit): string {
  const count =
    rawType === 'VARCHAR'
      ? `CASE WHEN regexp_full_match(${expression}, '\\s*[+-]?[0-9]{1,18}(\\.0*)?\\s*') THEN TRY_CAST(${expression} AS BIGINT) END`
      : `TRY_CAST(${expression} AS BIGINT)`
  const scale = microseconds[unit]
  const [first, last] = [-62_135_596_800, 253_402_300_799].map((second) => (second * 1_000_000) / scale)
  return `CASE WHEN ${count} BETWEEN ${first} AND ${last} THEN make_timestamp(${count} * ${scale}) END`
}
