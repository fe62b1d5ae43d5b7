import { type Contract, type ContractColumn, isClassified } from '../project/contract.ts'
import { CheckedColumns } from './checked-columns.ts'
import type { SampleRow } from './contract-result.ts'
import type { Expressions } from './contract-sql.ts'
import type { Engine } from './engine.ts'
import { fileColumn, numberColumn, rawRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** A failing check, as its rows are found. */
export interface FailingCheck {
  readonly column: ContractColumn
  /** SQL that holds for a row that fails, given its values. */
  readonly condition: (expressions: Expressions) => string | undefined
}

/** Files of one shape, so that one expression fits all of them. */
export interface AlikeFiles {
  readonly files: readonly DescribedFile[]
  readonly shape: DescribedFile
}

/** Rows are numbered file by file, and the planner's time grows faster than the number of files. */
const maxFilesAScan = 64
/** The same holds for aggregates. */
const maxChecksAScan = 50
const maxValueLength = 80

/**
 * The first rows that fail, check by check, by file and row: one scan finds those of all checks.
 * The values of a classified column are left out.
 */
export async function findSamples(
  engine: Engine,
  groups: readonly AlikeFiles[],
  contract: Contract,
  checks: readonly FailingCheck[],
  maxSamples: number,
): Promise<ReadonlyMap<FailingCheck, readonly SampleRow[]>> {
  const found = new Map<FailingCheck, SampleRow[]>(checks.map((check) => [check, []]))
  if (maxSamples <= 0) return found
  for (const { files, shape } of groups) {
    for (const someFiles of chunksOf(files, maxFilesAScan)) {
      const open = checks.filter((check) => (found.get(check)?.length ?? 0) < maxSamples)
      for (const someChecks of chunksOf(open, maxChecksAScan)) {
        const rows = await samplesOf(engine, { files: someFiles, shape }, contract, someChecks, maxSamples)
        for (const [check, samples] of rows) {
          const all = found.get(check)
          all?.push(...samples.slice(0, maxSamples - all.length))
        }
      }
    }
  }
  return found
}

interface FoundRow {
  readonly file: string
  readonly row: number
  readonly value: string | null
}

async function samplesOf(
  engine: Engine,
  { files, shape }: AlikeFiles,
  contract: Contract,
  checks: readonly FailingCheck[],
  maxSamples: number,
): Promise<(readonly [FailingCheck, readonly SampleRow[]])[]> {
  const columns = new CheckedColumns(contract, shape)
  const asked = checks.flatMap((check) => {
    const expressions = columns.expressions(check.column)
    const condition = expressions && check.condition(expressions)
    return condition === undefined ? [] : [{ check, condition, value: expressions?.raw ?? '' }]
  })
  if (asked.length === 0) return []
  const selected = asked.map(
    ({ condition, value }, index) =>
      `min({'file': file, 'row': number, 'value': left(CAST(${value} AS VARCHAR), ${maxValueLength})}, ${maxSamples})
         FILTER (WHERE ${condition}) AS c${index}`,
  )
  const place = [`${fileColumn} AS file`, `CAST(${numberColumn} AS DOUBLE) AS number`]
  const relation = columns.relation(
    new Set(asked.map(({ check }) => check.column)),
    rawRelation(files, { withPlace: true }),
    place,
  )
  const [row] = await engine.query<Record<string, FoundRow[] | null>>(`SELECT ${selected.join(', ')} FROM ${relation}`)
  return asked.map(({ check }, index) => {
    const samples = (row?.[`c${index}`] ?? []).map((sample) => withoutSecret(sample, check.column))
    return [check, samples] as const
  })
}

function withoutSecret({ file, row, value }: FoundRow, column: ContractColumn): SampleRow {
  return { file, row, ...(!isClassified(column) && { value }) }
}

function* chunksOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}
