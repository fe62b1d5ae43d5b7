import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { compareSorted, type NumberComparison } from '../stats/compare-sorted.ts'
import type { ColumnsToCompare, RowsToRead } from './compare-columns.ts'
import { type NumberFile, sortedNumbersIn } from './number-file.ts'
import { type FileSorter, openFileSorter } from './sort-in-file.ts'
import { eachChunk, selectNumbers } from './stream-doubles.ts'

/** A chunk of one column takes as long to come as one of two. */
const columnsAtOnce = 2

/**
 * Compares pairs of columns that are too long to be held: each is sorted in files below `folder`, which takes 48 bytes a row
 * there at the most, and about 40 bytes of memory for each number of `runLength`, however many rows there are.
 */
export async function compareLongColumns(
  connection: DuckDBConnection,
  { reference, current }: ColumnsToCompare,
  folder: string,
  runLength: number,
): Promise<NumberComparison[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const compared: NumberComparison[] = []
  for (let from = 0; from < reference.numbers.length; from += columnsAtOnce) {
    using left = await sortColumns(connection, reference, from, join(folder, 'reference'), runLength)
    using right = await sortColumns(connection, current, from, join(folder, 'current'), runLength)
    for (const [index, file] of left.files.entries()) {
      const other = right.files[index]
      if (other) compared.push(compareSorted(sortedNumbersIn(file), sortedNumbersIn(other)))
    }
  }
  return compared
}

interface SortedColumns extends Disposable {
  readonly files: readonly NumberFile[]
}

async function sortColumns(
  connection: DuckDBConnection,
  rows: RowsToRead,
  from: number,
  path: string,
  runLength: number,
): Promise<SortedColumns> {
  const stream = await connection.stream(selectNumbers(rows, from, columnsAtOnce))
  const sorters: FileSorter[] = []
  const files: NumberFile[] = []
  const closeAll = (all: readonly Disposable[]) => {
    for (const one of all) one[Symbol.dispose]()
  }
  try {
    for (let index = 0; index < stream.columnCount; index += 1) {
      sorters.push(openFileSorter(`${path}-${index}.numbers`, runLength))
    }
    await eachChunk(stream, (columns) => {
      for (const [index, numbers] of columns.entries()) sorters[index]?.take(numbers)
    })
    for (const sorter of sorters) {
      files.push(sorter.finish())
      // Its runs are in the way of the next one's.
      sorter[Symbol.dispose]()
    }
    return { files, [Symbol.dispose]: () => closeAll(files) }
  } catch (error) {
    closeAll(files)
    throw error
  } finally {
    closeAll(sorters)
  }
}
