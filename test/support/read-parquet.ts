import { openEngine } from '../../action/data/engine.ts'
import { quotePath } from '../../action/data/quote.ts'

/** All rows of a Parquet file, in its order. */
export async function readParquet<Row extends Record<string, unknown>>(path: string): Promise<Row[]> {
  await using engine = await openEngine()
  return await engine.query<Row>(`SELECT * FROM read_parquet(${quotePath(path)})`)
}
