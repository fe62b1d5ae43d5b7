import type { Engine } from './engine.ts'
import { rawRelation } from './read-source.ts'
import { compressionIn, type DescribedFile } from './source-file.ts'

/** What fits in memory several times over. */
const maxHeldBytes = 400_000_000
/** How much larger rows may be than the file that holds them. */
const growth = { plain: 1, compressed: 8 } as const

/**
 * The raw rows of all files for many queries: in a table of that name where they are few enough to be held, so that a file
 * of 2,000 columns is not read 2,000 times; else as they are read from the files.
 */
export async function holdRows(engine: Engine, files: readonly DescribedFile[], table: string): Promise<string> {
  const relation = rawRelation(files)
  let bytes = 0
  for (const { path, format, bytes: own } of files) {
    const isCompressed = format === 'parquet' || compressionIn(path) !== undefined
    bytes += own * growth[isCompressed ? 'compressed' : 'plain']
  }
  if (bytes > maxHeldBytes) return relation
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM ${relation}`)
  return table
}
