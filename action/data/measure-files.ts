import type { Contract, ContractColumn } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import { type EventSpan, momentText, type TimeType } from './event-time.ts'
import { quoteName } from './quote.ts'
import { rawRelation, typedRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

export type TimeColumn = ContractColumn & { readonly logicalType: TimeType }

/** One statement for so many files: each costs the planner something, and a statement that is too long costs more. */
const filesAtOnce = 100

/** How many rows each file holds, and their oldest and newest moment, in the order of the files. */
export async function measureFiles(
  engine: Engine,
  files: readonly DescribedFile[],
  time: TimeColumn | undefined,
): Promise<readonly EventSpan[]> {
  const spans: EventSpan[] = []
  for (let first = 0; first < files.length; first += filesAtOnce) {
    const selects = files
      .slice(first, first + filesAtOnce)
      .map((file, place) => `SELECT ${place} AS place, ${time ? spanOfFile(file, time) : rowsOfFile(file)}`)
    const found = await engine.query<{ rows: number; since: string | null; until: string | null }>(
      `${selects.join(' UNION ALL ')} ORDER BY place`,
    )
    spans.push(...found.map(({ rows, since, until }) => ({ rows, since, until })))
  }
  return spans
}

function rowsOfFile(file: DescribedFile): string {
  return `count(*) AS rows, NULL::VARCHAR AS since, NULL::VARCHAR AS until FROM ${rawRelation([file])}`
}

function spanOfFile(file: DescribedFile, time: TimeColumn): string {
  const moment = quoteName(time.name)
  return `count(*) AS rows, ${momentText(time.logicalType, `min(${moment})`)} AS since,
    ${momentText(time.logicalType, `max(${moment})`)} AS until FROM ${typedRelation([file], { ...noContract, columns: [time] })}`
}

const noContract: Contract = { file: '', id: '', version: '', columns: [], table: 'data', tableRules: [] }
