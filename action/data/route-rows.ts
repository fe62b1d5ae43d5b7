import { copyTo } from './make-features.ts'
import type { Engine } from './engine.ts'
import { quoteName, quotePath, quoteText } from './quote.ts'

/** Rows of features by who answers them. `limit`: of the first 8 hexadecimal digits of SHA-256 over `<salt>\n<id>`. */
export interface RowsToRoute {
  readonly featuresFile: string
  readonly id: string
  readonly salt: string
  readonly limit: string
}

/** Writes those below the limit, or the others, in the order of the ids; says how many there are. */
export async function writeRouted(
  engine: Engine,
  { featuresFile, id, salt, limit }: RowsToRoute,
  isBelow: boolean,
  to: string,
): Promise<number> {
  const name = quoteName(id)
  const hash = `left(sha256(${quoteText(`${salt}\n`)} || CAST(${name} AS VARCHAR)), 8)`
  const select = `SELECT * FROM read_parquet(${quotePath(featuresFile)}) WHERE ${hash} ${isBelow ? '<' : '>='} ${quoteText(limit)} ORDER BY ${name}`
  await engine.run(copyTo(to, select))
  const [row] = await engine.query<{ n: number }>(`SELECT count(*) AS n FROM read_parquet(${quotePath(to)})`)
  return row?.n ?? 0
}
