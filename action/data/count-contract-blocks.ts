import type { NotJudged } from '../drift/drift-column.ts'
import { type Contract, type ContractColumn, isClassified } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { type ColumnToCount, type CountedBlocks, countBlocks } from './count-blocks.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'
import { sqlTypes } from './read-source.ts'

/** Rows as the contract names and types their columns. */
export interface ContractRows {
  readonly engine: Engine
  /** What SELECT … FROM takes. */
  readonly relation: string
  readonly project: Project
  readonly contract: Contract
}

/** Event times in (afterMs, untilMs], milliseconds since 1970; null: without end. */
export interface TimeBounds {
  readonly afterMs: number | null
  readonly untilMs: number | null
}

export interface BlockTerms extends TimeBounds {
  readonly blockMs: number
  readonly originMs: number
  readonly mostBlocks: number
  readonly mostTexts: number
  readonly ids: { readonly numbers: NotJudged; readonly minRows: number }
  readonly classified: NotJudged
  readonly times: NotJudged
  /** Columns that are not to be counted, and why. */
  readonly left: ReadonlyMap<string, NotJudged>
}

/**
 * Counts what a model may learn, block by block of its time: every contract column but those that name rows, and what
 * plumbline.yaml ignores; the target where it is there with the row. Undefined where there are too many blocks, or no time
 * that durations can be measured on.
 */
export async function countContractBlocks(rows: ContractRows, terms: BlockTerms): Promise<CountedBlocks | undefined> {
  const { engine, project, contract } = rows
  const time = timeOf(rows)
  if (!time) return undefined
  const named = [project.model.id, project.model.group, ...project.model.ignore]
  const late = project.data.labels ? project.model.target : undefined
  const columns = contract.columns.filter(({ name }) => name !== time.name && name !== late && !named.includes(name))
  const read = [time, ...columns]
  const sample = {
    engine,
    // They are read where they are: in a table, or in Parquet.
    files: [],
    relation: within(rows, read, terms),
    columns: read.map(({ name, logicalType }) => ({ name, type: sqlTypes[logicalType], raw: rawKinds[logicalType] })),
  }
  return await countBlocks(sample, {
    ...terms,
    time: time.name,
    columns: columns.map((column) => ({ name: column.name, as: countedAs(column, terms) })),
  })
}

/** The oldest and the newest moment of rows within bounds; undefined where there is none. */
export async function timeSpan(
  rows: ContractRows,
  bounds: TimeBounds,
): Promise<{ readonly sinceMs: number; readonly untilMs: number } | undefined> {
  const time = timeOf(rows)
  if (!time) return undefined
  const [span] = await rows.engine.query<{ since: number | null; until: number | null }>(
    `SELECT min(${momentOf(time)}) AS since, max(${momentOf(time)}) AS until FROM ${within(rows, [time], bounds)}`,
  )
  return span && span.since !== null && span.until !== null ? { sinceMs: span.since, untilMs: span.until } : undefined
}

function timeOf({ project, contract }: ContractRows): ContractColumn | undefined {
  return contract.columns.find((column) => column.name === project.model.time && isDated(column))
}

function momentOf({ name }: ContractColumn): string {
  return `epoch_ms(CAST(${quoteName(name)} AS TIMESTAMP))`
}

function within(rows: ContractRows, columns: readonly ContractColumn[], { afterMs, untilMs }: TimeBounds): string {
  const time = timeOf(rows)
  const moment = time ? momentOf(time) : 'NULL'
  const conditions = [
    ...(afterMs === null ? [] : [`${moment} > ${afterMs}`]),
    ...(untilMs === null ? [] : [`${moment} <= ${untilMs}`]),
  ]
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
  return `(SELECT ${columns.map(({ name }) => quoteName(name)).join(', ')} FROM ${rows.relation}${where})`
}

/** Whether a column says when something happened, so that durations can be measured: a year only orders. */
export function isDated({ logicalType }: Pick<ContractColumn, 'logicalType'>): boolean {
  return logicalType === 'date' || logicalType === 'timestamp'
}

const rawKinds = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'truth',
  date: 'time',
  timestamp: 'time',
} as const

function countedAs(column: ContractColumn, { classified, times, left }: BlockTerms): ColumnToCount['as'] {
  const reason = left.get(column.name)
  if (reason) return reason
  if (isClassified(column)) return classified
  if (isDated(column)) return times
  return rawKinds[column.logicalType] === 'number' ? 'number' : 'category'
}
