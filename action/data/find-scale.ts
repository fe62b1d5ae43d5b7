import type { Contract, ContractColumn } from '../project/contract.ts'
import type { ContractCheck, Scale } from './contract-result.ts'
import { breaks } from './contract-sql.ts'
import type { RowDigest, RowDigests } from './digest-rows.ts'
import type { Engine } from './engine.ts'
import { mapInParallel } from './map-in-parallel.ts'
import { quoteName } from './quote.ts'
import { canNumberRows, numberedReaderOf, rowNumberColumn, typedRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** How many times too large values of another unit are. */
const factors = [10, 100, 1000, 1 / 10, 1 / 100, 1 / 1000] as const
const minGood = 20
const minBad = 3
const minShare = 0.9
/** Powers of ten by which the values may lie nearer than the factor says: what is just outside is of the same unit. */
const maxShortfall = 0.5

/** What is known of the values within a column's limits, and of those outside, for one factor each. */
export interface ScaleEvidence {
  readonly good: number
  readonly bad: number
  readonly goodMedian: number
  readonly badMedian: number
  /** Values outside that lie among the good ones, between their 1st and 99th percentile, once divided by the factor. */
  readonly plausible: readonly (readonly [factor: number, count: number])[]
}

/** The factor that makes nine of ten values plausible; of several, the one that brings their median nearest to the good one. */
export function chooseScale({ good, bad, goodMedian, badMedian, plausible }: ScaleEvidence): Scale | undefined {
  if (good < minGood || bad < minBad) return undefined
  const surplus = (factor: number) => Math.log10(Math.abs(badMedian / factor / goodMedian))
  const gap = (factor: number) => Math.abs(surplus(factor))
  const isFarEnough = (factor: number) => !(surplus(factor) * Math.sign(factor - 1) < -maxShortfall)
  const [best] = plausible
    .filter(([factor, count]) => count >= minShare * bad && isFarEnough(factor))
    .sort(([a], [b]) => gap(a) - gap(b))
  return best && { factor: best[0], plausible: best[1], of: bad }
}

/** More would not move a percentile. */
const maxRankedValues = 20_000
/** Where fewer good ones are drawn, for most are outside or missing, all are looked at. */
const minRankedValues = 1000
/** Of a few columns of a million rows, all. */
const maxReadValues = 5_000_000
/** The next one is there when the engine has answered one. */
const weighedAtOnce = 2

/** The columns whose numbers have limits. */
export function rangedColumns({ columns }: Contract): readonly ContractColumn[] {
  return columns.filter(({ logicalType, rules }) => {
    const isNumber = logicalType === 'number' || logicalType === 'integer'
    return isNumber && rules.some(({ kind }) => kind === 'minimum' || kind === 'maximum')
  })
}

/**
 * Column → the unit that its values may have been written in, of columns that break a limit. The values are taken from the
 * digests of the rows where those keep them; else they are read again, and nothing but their groups is asked of the digests.
 */
export async function scalesOf(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  checks: readonly ContractCheck[],
  digests?: RowDigests,
): Promise<ReadonlyMap<string, Scale>> {
  const columns = rangedColumns(contract).filter(({ name }) =>
    checks.some((check) => check.column === name && breaksLimit(check)),
  )
  if (columns.length === 0) return new Map()
  const scales = new Map<string, Scale>()
  const rows = Math.max(1, checks[0]?.rows ?? 1)
  const mostAScan = Math.max(1, Math.floor(maxReadValues / rows))
  const drawable = sourcesOf(digests?.groups ?? [], columns)
  const drawn = maxRankedValues + outsideIn(checks, columns)
  const columnsAScan = drawable && drawn * columns.length <= maxReadValues ? columns.length : mostAScan
  try {
    for (let from = 0; from < columns.length; from += columnsAScan) {
      const part = columns.slice(from, from + columnsAScan)
      const sources = sourcesOf(digests?.groups ?? [], part) ?? [await readAll(engine, files, contract, part)]
      for (const [name, scale] of await findScales(engine, part, sources, { rows, mostAScan })) scales.set(name, scale)
    }
    return scales
  } finally {
    for (const table of [readTable, drawnTable]) await engine.run(`DROP TABLE IF EXISTS ${table}`)
  }
}

/** Says of each check of a number's limits that fails in which unit the values may have been written. */
export function withScales(
  checks: readonly ContractCheck[],
  scales: ReadonlyMap<string, Scale>,
): readonly ContractCheck[] {
  return checks.map((check) => {
    const scale = breaksLimit(check) ? scales.get(check.column ?? '') : undefined
    return scale ? { ...check, scale } : check
  })
}

/** Rows with the values of columns, and what tells a row from others. */
interface RangedRows {
  readonly relation: string
  /** SQL for each column's value as DOUBLE. */
  readonly values: readonly string[]
  readonly row: string
}

/** How many rows lie outside the limits of columns, at most. */
function outsideIn(checks: readonly ContractCheck[], columns: readonly ContractColumn[]): number {
  const names = new Set<string | null>(columns.map(({ name }) => name))
  return checks.reduce((sum, check) => sum + (names.has(check.column) && isLimit(check) ? check.failing : 0), 0)
}

/** Undefined where rows have to be read as a whole before they can be told apart. */
function sourcesOf(groups: readonly RowDigest[], part: readonly ContractColumn[]): readonly RangedRows[] | undefined {
  const sources = groups.map((group) => sourceOf(group, part)).filter((source) => source !== undefined)
  return groups.length > 0 && sources.length === groups.length ? sources : undefined
}

function sourceOf(group: RowDigest, part: readonly ContractColumn[]): RangedRows | undefined {
  if (group.numbers.size > 0) {
    const values = part.map((column) => group.numbers.get(column) ?? 'CAST(NULL AS DOUBLE)')
    return { relation: group.table, values, row: group.at }
  }
  if (!canNumberRows(group.shape)) return undefined
  const reader = numberedReaderOf({ file: group.shape, files: group.files })
  const values = part.map((column) => `CAST(${group.columns.expressions(column)?.typed ?? 'NULL'} AS DOUBLE)`)
  return { relation: group.columns.relation(part, reader, [rowNumberColumn]), values, row: rowNumberColumn }
}

const readTable = 'plumbline_ranged'
const drawnTable = 'plumbline_drawn'

async function readAll(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  part: readonly ContractColumn[],
): Promise<RangedRows> {
  const values = part.map(({ name }, i) => `CAST(${quoteName(name)} AS DOUBLE) AS v${i}`).join(', ')
  const relation = typedRelation(files, { ...contract, columns: part })
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${readTable} AS SELECT ${values} FROM ${relation}`)
  return { relation: readTable, values: part.map((_, i) => `v${i}`), row: 'rowid' }
}

function breaksLimit(check: ContractCheck): boolean {
  return check.outcome === 'fail' && isLimit(check)
}

function isLimit({ promise }: ContractCheck): boolean {
  return promise.kind === 'minimum' || promise.kind === 'maximum'
}

/**
 * One pass over the rows keeps those with a value outside its limits, and of the others as many as tell a percentile; where they
 * do not, other passes keep all values of so many columns.
 */
async function findScales(
  engine: Engine,
  part: readonly ContractColumn[],
  sources: readonly RangedRows[],
  { rows, mostAScan }: { readonly rows: number; readonly mostAScan: number },
): Promise<ReadonlyMap<string, Scale>> {
  const outside = part.map((column, i) => outsideOf(column, `v${i}`))
  const all = [...part.keys()]
  const draw = async (share: number, places: readonly number[]) => {
    const isDrawn = [`lot & ${share - 1} = 0`, ...places.map((i) => outside[i])]
    const selects = sources.map(({ relation, values, row }) => {
      const named = places.map((i) => `${values[i]} AS v${i}`)
      return `SELECT * FROM (SELECT ${named.join(', ')}, hash(${row}) AS lot FROM ${relation})
        WHERE ${isDrawn.map((condition) => `(${condition})`).join(' OR ')}`
    })
    await engine.run(`CREATE OR REPLACE TEMP TABLE ${drawnTable} AS ${selects.join(' UNION ALL ')}`)
  }
  const weighEach = async (share: number, places: readonly number[]) =>
    await mapInParallel(places, weighedAtOnce, async (i) => {
      return [i, await weigh(engine, `v${i}`, outside[i] ?? 'false', share)] as const
    })
  // A power of two, by whose bits it is told which rows are drawn.
  const share = 2 ** Math.max(0, Math.floor(Math.log2(rows / maxRankedValues)))
  await draw(share, all)
  const evidence = new Map(await weighEach(share, all))
  const unsure = all.filter((i) => {
    const { good = 0, bad = 0 } = evidence.get(i) ?? {}
    return share > 1 && good < minRankedValues && bad >= minBad
  })
  for (let from = 0; from < unsure.length; from += mostAScan) {
    const places = unsure.slice(from, from + mostAScan)
    await draw(1, places)
    for (const [i, found] of await weighEach(1, places)) evidence.set(i, found)
  }
  return new Map(
    part.flatMap(({ name }, i) => {
      const found = evidence.get(i)
      const scale = found && chooseScale(found)
      return scale ? [[name, scale] as const] : []
    }),
  )
}

function outsideOf(column: ContractColumn, value: string): string {
  return column.rules
    .flatMap((rule) => (rule.kind === 'minimum' || rule.kind === 'maximum' ? [rule] : []))
    .map((rule) => breaks(rule, column.logicalType, { raw: value, typed: value, alwaysFits: true, isEmptyNull: false }))
    .map((condition) => `(${condition})`)
    .join(' OR ')
}

/** `good` counts those that were drawn. */
async function weigh(engine: Engine, value: string, outside: string, share: number): Promise<ScaleEvidence> {
  const values = `(SELECT ${value} AS v, (${outside}) AS bad, lot FROM ${drawnTable} WHERE isfinite(${value}))`
  const isGood = `NOT bad AND lot & ${share - 1} = 0`
  const [counts] = await engine.query<{ good: number; bad: number }>(
    `SELECT count(*) FILTER (${isGood}) AS good, count(*) FILTER (bad) AS bad FROM ${values}`,
  )
  const { good = 0, bad = 0 } = counts ?? {}
  const none = { good, bad, goodMedian: 0, badMedian: 0, plausible: [] }
  if (good === 0 || bad < minBad) return none
  const isRanked = `lot % ${Math.ceil(bad / maxRankedValues)} = 0`
  const plausible = factors.map((factor, i) => `count(*) FILTER (v / ${factor} BETWEEN lo AND hi) AS p${i}`)
  const [row] = await engine.query<Record<string, number | null>>(
    `WITH good AS (SELECT q[1] AS lo, q[2] AS middle, q[3] AS hi FROM
       (SELECT quantile_disc(v, [0.01, 0.5, 0.99]) AS q FROM ${values} WHERE ${isGood}))
     SELECT any_value(middle) AS good_median, quantile_disc(v, 0.5) FILTER (${isRanked}) AS bad_median,
       ${plausible.join(', ')} FROM ${values}, good WHERE bad`,
  )
  return {
    good,
    bad,
    goodMedian: row?.['good_median'] ?? 0,
    badMedian: row?.['bad_median'] ?? 0,
    plausible: factors.map((factor, i) => [factor, row?.[`p${i}`] ?? 0]),
  }
}
