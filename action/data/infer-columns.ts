import type { LogicalType } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import { findMissing } from './find-missing.ts'
import { findSpelling } from './find-spelling.ts'
import { holdRows } from './hold-rows.ts'
import type { InferredColumn } from './inferred-model.ts'
import { quoteName, quoteText } from './quote.ts'
import { type Examined, settleSpellings } from './settle-spellings.ts'
import type { DescribedFile } from './source-file.ts'
import { numberPattern, withUnit } from './spelled-values.ts'
import { timeLike } from './time-patterns.ts'

const maxListedValues = 1000
/** DuckDB plans a query in the square of its aggregates. */
const columnsAScan = 8

export interface InferOptions {
  /** Where the rows are held that are looked at many times; a name of its own for files that are needed beside others. */
  readonly table?: string
  /** The columns that are looked at; all where they are not given. */
  readonly wanted?: readonly string[]
}

/** Looks at every value of every column, or of those wanted: its type, its range, how many values there are. */
export async function inferColumns(
  engine: Engine,
  files: readonly DescribedFile[],
  { table = 'plumbline_rows', wanted }: InferOptions = {},
): Promise<readonly Examined[]> {
  const relation = await holdRows(engine, files, table)
  const rawTypes = new Map<string, string>()
  for (const { name, type } of files.flatMap((file) => file.columns)) {
    rawTypes.set(name, rawTypes.has(name) && rawTypes.get(name) !== type ? 'VARCHAR' : type)
  }
  const names = wanted ?? [...rawTypes.keys()]
  const columns: Examined[] = []
  for (let from = 0; from < names.length; from += columnsAScan) {
    const part = names.slice(from, from + columnsAScan)
    for (const [i, counts] of (await countColumns(engine, relation, part, rawTypes)).entries()) {
      const name = part[i] ?? ''
      const missingIn = files.filter((file) => !file.columns.some((column) => column.name === name))
      const type = typeOf(rawTypes.get(name) ?? 'VARCHAR', counts)
      const distinct = await countDistinct(engine, relation, name, counts)
      const plain = {
        name,
        type,
        rows: counts.rows,
        nulls: counts.rows - counts.filled,
        ...distinct,
        minimum: counts.minimum,
        maximum: counts.maximum,
        missingIn: missingIn.map(({ path }) => path),
      }
      const texts = textsOf(relation, name)
      const rawType = rawTypes.get(name) ?? 'VARCHAR'
      const isNested = /^(STRUCT|MAP|UNION|BLOB|BIT|VARIANT)|\]$/.test(rawType)
      const forms = { ...counts, isText: rawType === 'VARCHAR', ...(isNested && { nested: counts.filled }) }
      columns.push(await readWithout(engine, { column: plain, texts, forms }))
    }
  }
  return await settleSpellings(engine, columns)
}

/** The column with its spelling; where words for nothing alone keep it from being numbers or moments, without them. */
async function readWithout(engine: Engine, examined: Examined): Promise<Examined> {
  const spelled = async ({ column, texts, forms: counts }: Examined) => ({
    column: await findSpelling(engine, texts, column, counts),
    texts,
    forms: counts,
  })
  const filled = await findMissing(engine, examined)
  if (filled === undefined || filled.forms.filled === 0) return await spelled(examined)
  const type = typeOf('VARCHAR', filled.forms)
  const without = await spelled({ ...filled, column: { ...filled.column, type } })
  const isOther = without.column.type !== 'string' && without.column.type !== 'boolean'
  return isOther ? without : await spelled(examined)
}

/** Rows whose value has a form. */
export interface Counts {
  readonly rows: number
  readonly filled: number
  readonly integers: number
  readonly numbers: number
  readonly codes: number
  readonly byComma: number
  readonly byPoint: number
  readonly timeLike: number
  readonly withUnits: number
  readonly nested: number
  readonly truths: number
  readonly dates: number
  readonly moments: number
  readonly distinct: number
  readonly minimum: number | null
  readonly maximum: number | null
}

const aggregates: Readonly<Record<keyof Counts, string>> = {
  rows: 'count(*)',
  filled: 'count(x)',
  integers: "count(*) FILTER (WHERE regexp_full_match(x, '[+-]?[0-9]{1,18}'))",
  numbers: 'count(d)',
  codes: "count(*) FILTER (WHERE regexp_full_match(x, '[+-]?0[0-9]+'))",
  byComma: `count(*) FILTER (WHERE regexp_full_match(x, ${quoteText(numberPattern(','))}))`,
  byPoint: `count(*) FILTER (WHERE regexp_full_match(x, ${quoteText(numberPattern('.'))}))`,
  timeLike: `count(*) FILTER (WHERE regexp_full_match(x, ${quoteText(timeLike)}))`,
  withUnits: `count(*) FILTER (WHERE regexp_full_match(x, ${quoteText(withUnit)}))`,
  nested: "count(*) FILTER (WHERE regexp_full_match(x, '(?s)([{].*[}]|\\[.*\\])'))",
  truths: "count(*) FILTER (WHERE lower(x) IN ('true', 'false'))",
  // A cast that fails is slow, so only what has the form is cast.
  dates: "count(CASE WHEN regexp_full_match(x, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(x AS DATE) END)",
  moments:
    "count(CASE WHEN regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}') THEN TRY_CAST(x AS TIMESTAMPTZ) END)",
  distinct: 'approx_count_distinct(x)',
  minimum: 'min(d) FILTER (WHERE isfinite(d))',
  maximum: 'max(d) FILTER (WHERE isfinite(d))',
}

/** The forms of a text; what a file types itself needs none of them. */
const forms: ReadonlySet<string> = new Set([
  'integers',
  'numbers',
  'codes',
  'byComma',
  'byPoint',
  'timeLike',
  'withUnits',
  'nested',
  'truths',
  'dates',
  'moments',
])

async function countColumns(
  engine: Engine,
  relation: string,
  names: readonly string[],
  rawTypes: ReadonlyMap<string, string>,
): Promise<Counts[]> {
  const isText = (name: string) => rawTypes.get(name) === 'VARCHAR'
  const values = names.map((name, i) => {
    const number =
      isNumber(rawTypes.get(name)) || isText(name) ? `TRY_CAST(${quoteName(name)} AS DOUBLE)` : 'NULL::DOUBLE'
    return `${isText(name) ? textOf(name) : quoteName(name)} AS x${i}, ${number} AS d${i}`
  })
  const counts = names.flatMap((name, i) =>
    Object.entries(aggregates)
      .filter(([key]) => isText(name) || !forms.has(key))
      .map(([key, sql]) => `${sql.replace(/\b[xd]\b/g, (letter) => `${letter}${i}`)} AS ${key}_${i}`),
  )
  const [row] = await engine.query<Record<string, number | null>>(
    `SELECT ${counts.join(', ')} FROM (SELECT ${values.join(', ')} FROM ${relation})`,
  )
  return names.map((_, i) => {
    const count = (key: keyof Counts) => row?.[`${key}_${i}`] ?? 0
    return {
      rows: count('rows'),
      filled: count('filled'),
      integers: count('integers'),
      numbers: count('numbers'),
      codes: count('codes'),
      byComma: count('byComma'),
      byPoint: count('byPoint'),
      timeLike: count('timeLike'),
      withUnits: count('withUnits'),
      nested: count('nested'),
      truths: count('truths'),
      dates: count('dates'),
      moments: count('moments'),
      distinct: count('distinct'),
      minimum: row?.[`minimum_${i}`] ?? null,
      maximum: row?.[`maximum_${i}`] ?? null,
    }
  })
}

async function countDistinct(
  engine: Engine,
  relation: string,
  name: string,
  { filled, rows, distinct }: Counts,
): Promise<Pick<InferredColumn, 'distinct' | 'values' | 'isUnique'>> {
  if (filled === 0) return { distinct: 0, values: [], isUnique: false }
  const texts = textsOf(relation, name)
  if (distinct < maxListedValues * 1.2) {
    const values = await engine.query<{ x: string; n: number }>(
      `SELECT x, count(*) AS n FROM ${texts} WHERE x IS NOT NULL GROUP BY x ORDER BY n DESC, x LIMIT ${maxListedValues + 1}`,
    )
    if (values.length <= maxListedValues) {
      const listed = values.map(({ x, n }) => [x, n] as const)
      return { distinct: values.length, values: listed, isUnique: filled === rows && values.length === rows }
    }
  }
  if (distinct < filled * 0.8) return { distinct, values: [], isUnique: false }
  const [exact] = await engine.query<{ n: number }>(`SELECT count(DISTINCT x) AS n FROM ${texts}`)
  const count = exact?.n ?? distinct
  return { distinct: count, values: [], isUnique: filled === rows && count === rows }
}

function isNumber(rawType: string | undefined): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)/.test(rawType ?? '')
}

function textsOf(relation: string, name: string): string {
  return `(SELECT ${textOf(name)} AS x FROM ${relation})`
}

/** The value as text, blank as NULL. */
function textOf(name: string): string {
  return `nullif(trim(CAST(${quoteName(name)} AS VARCHAR)), '')`
}

/** Text that looks like a code (`007`) stays text; text in a Parquet file was made text on purpose, dates apart. */
function typeOf(rawType: string, counts: Counts): LogicalType {
  const { filled, integers, numbers, codes, truths, dates, moments } = counts
  const isAll = (count: number) => filled > 0 && count === filled
  if (/^(TINY|SMALL|BIG|HUGE|U[A-Z]*)?INT(EGER)?$/.test(rawType)) return 'integer'
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(rawType)) return 'number'
  if (rawType === 'BOOLEAN') return 'boolean'
  if (rawType === 'DATE') return 'date'
  if (rawType.startsWith('TIMESTAMP')) return 'timestamp'
  if (isAll(dates)) return 'date'
  if (isAll(moments) || isAll(moments + dates)) return 'timestamp'
  if (rawType !== 'VARCHAR') return 'string'
  if (isAll(truths)) return 'boolean'
  if (codes > 0) return 'string'
  if (isAll(integers)) return 'integer'
  return isAll(numbers) ? 'number' : 'string'
}
