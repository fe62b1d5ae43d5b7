import type { Contract, ContractColumn } from '../project/contract.ts'
import type { ContractCheck, Scale } from './contract-result.ts'
import { breaks } from './contract-sql.ts'
import { maxKeptValues, type RowDigest, type RowDigests } from './digest-rows.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'
import { typedRelation } from './read-source.ts'
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

/** The columns whose numbers have limits. */
export function rangedColumns({ columns }: Contract): readonly ContractColumn[] {
  return columns.filter(({ logicalType, rules }) => {
    const isNumber = logicalType === 'number' || logicalType === 'integer'
    return isNumber && rules.some(({ kind }) => kind === 'minimum' || kind === 'maximum')
  })
}

/**
 * Adds to each check of a number's limits that fails the unit that its values may have been written in. The values are
 * taken from the digests of the rows where those keep them; else the digests are disposed of.
 */
export async function addScales(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract,
  checks: readonly ContractCheck[],
  digests?: RowDigests,
): Promise<readonly ContractCheck[]> {
  const columns = rangedColumns(contract).filter(({ name }) =>
    checks.some((check) => check.column === name && breaksLimit(check)),
  )
  if (columns.length === 0) return checks

  const kept = keptValues(digests)
  // Their memory is wanted for what is read again, and nobody asks them after this.
  if (kept === undefined) await digests?.[Symbol.asyncDispose]()
  const scales = new Map<string, Scale | undefined>()
  const rows = Math.max(1, checks[0]?.rows ?? 1)
  const columnsAScan = Math.max(1, Math.floor(maxKeptValues / rows))
  try {
    for (let from = 0; from < columns.length; from += columnsAScan) {
      const part = columns.slice(from, from + columnsAScan)
      if (kept === undefined) {
        const values = part.map(({ name }, i) => `CAST(${quoteName(name)} AS DOUBLE) AS v${i}`).join(', ')
        const relation = typedRelation(files, { ...contract, columns: part })
        await engine.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT ${values} FROM ${relation}`)
      }
      for (const [i, column] of part.entries()) {
        const source = { table: kept?.table ?? table, name: kept?.numbers.get(column) ?? `v${i}` }
        scales.set(column.name, await findScale(engine, column, source))
      }
    }
    return checks.map((check) => {
      const scale = breaksLimit(check) ? scales.get(check.column ?? '') : undefined
      return scale ? { ...check, scale } : check
    })
  } finally {
    await engine.run(`DROP TABLE IF EXISTS ${table}`)
  }
}

const table = 'plumbline_ranged'

/** The rows of all files with the numbers that are wanted, in their order, where the first reading left them so. */
function keptValues(digests: RowDigests | undefined): RowDigest | undefined {
  const [only] = digests?.groups.length === 1 ? digests.groups : []
  return only?.at === 'rowid' && only.numbers.size > 0 ? only : undefined
}

function breaksLimit({ outcome, promise }: ContractCheck): boolean {
  return outcome === 'fail' && (promise.kind === 'minimum' || promise.kind === 'maximum')
}

async function findScale(
  engine: Engine,
  column: ContractColumn,
  source: { readonly table: string; readonly name: string },
): Promise<Scale | undefined> {
  const isOutside = column.rules
    .flatMap((rule) => (rule.kind === 'minimum' || rule.kind === 'maximum' ? [rule] : []))
    .map((rule) => breaks(rule, column.logicalType, { raw: 'v', typed: 'v', alwaysFits: true, isEmptyNull: false }))
    .map((condition) => `(${condition})`)
    .join(' OR ')
  const values = `(SELECT v, (${isOutside}) AS bad, hash(row) AS lot FROM (SELECT ${source.name} AS v, rowid AS row FROM ${source.table}) WHERE isfinite(v))`
  const [counts] = await engine.query<{ good: number; bad: number }>(
    `SELECT count(*) FILTER (NOT bad) AS good, count(*) FILTER (bad) AS bad FROM ${values}`,
  )
  const { good = 0, bad = 0 } = counts ?? {}
  if (good < minGood || bad < minBad) return undefined
  const ranked = (count: number) => `lot % ${Math.ceil(count / maxRankedValues)} = 0`
  const plausible = factors.map((factor, i) => `count(*) FILTER (bad AND v / ${factor} BETWEEN lo AND hi) AS p${i}`)
  const [row] = await engine.query<Record<string, number | null>>(
    `WITH good AS (SELECT q[1] AS lo, q[2] AS middle, q[3] AS hi FROM
       (SELECT quantile_disc(v, [0.01, 0.5, 0.99]) AS q FROM ${values} WHERE NOT bad AND ${ranked(good)}))
     SELECT any_value(middle) AS good_median, quantile_disc(v, 0.5) FILTER (${ranked(bad)}) AS bad_median,
       ${plausible.join(', ')} FROM ${values}, good WHERE bad`,
  )
  if (!row) return undefined
  return chooseScale({
    good,
    bad,
    goodMedian: row['good_median'] ?? 0,
    badMedian: row['bad_median'] ?? 0,
    plausible: factors.map((factor, i) => [factor, row[`p${i}`] ?? 0]),
  })
}
