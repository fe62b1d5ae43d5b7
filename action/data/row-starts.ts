import type { RowDigest } from './digest-rows.ts'
import type { Engine } from './engine.ts'

/** What `at` is in the first row of each file of a group; of a file without rows, anything. */
export async function rowStarts(engine: Engine, { files, table, at }: RowDigest): Promise<readonly number[]> {
  const starts: number[] = files.map(() => (at === 'number' ? 1 : 0))
  if (files.length === 1) return starts
  const rows = await engine.query<{ file: number; start: number }>(
    `SELECT file, min(${at}) AS start FROM ${table} GROUP BY file`,
  )
  for (const { file, start } of rows) starts[file] = start
  return starts
}
