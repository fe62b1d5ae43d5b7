import type { ColumnBlock } from './column-block.ts'
import type { NotJudged } from './drift-column.ts'
import { type DataBlock, mergeJudged, type ReferenceColumn, spreadOf } from './drift-reference.ts'
import { type MergedRanges, mergeRanges } from './merge-ranges.ts'

/** Columns of the newest blocks of a row that grows, from a place on. */
export interface NewestColumns {
  add(block: DataBlock): void
  /** Whether any of these blocks has the column. */
  has(name: string, from: number): boolean
  column(name: string, from: number): ReferenceColumn
  /** Σ mᵢ² / n² of them. */
  spread(name: string, from: number): number
}

interface NewestColumn {
  readonly blocks: ColumnBlock[]
  /** Which block of the row each of them is. */
  readonly places: number[]
  readonly merged: MergedRanges<ColumnBlock>
  last: number
  /** The newest block that says why it is not compared. */
  unjudged: { readonly because: NotJudged; readonly at: number } | undefined
}

export function newestColumns(): NewestColumns {
  const columns = new Map<string, NewestColumn>()
  let count = 0
  const columnOf = (name: string): NewestColumn => {
    const nothing = { blocks: [], places: [], merged: mergeRanges(mergeJudged), last: -1, unjudged: undefined }
    const column = columns.get(name) ?? nothing
    columns.set(name, column)
    return column
  }
  return {
    add(block) {
      for (const [name, own] of block.columns) {
        const column = columnOf(name)
        column.last = count
        if ('because' in own) column.unjudged = { because: own.because, at: count }
        else {
          column.places.push(count)
          column.blocks.push(own)
          column.merged.add(own)
        }
      }
      count += 1
    },
    has: (name, from) => columnOf(name).last >= from,
    column(name, from) {
      const column = columnOf(name)
      const { unjudged, merged } = column
      return {
        because: unjudged && unjudged.at >= from ? unjudged.because : undefined,
        merged: () => merged.from(startOf(column, from)),
      }
    },
    spread(name, from) {
      const column = columnOf(name)
      return spreadOf(column.blocks.slice(startOf(column, from)))
    },
  }
}

/** Where the blocks from a place on begin. */
function startOf({ places }: NewestColumn, from: number): number {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}
