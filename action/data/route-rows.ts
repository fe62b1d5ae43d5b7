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
  const condition = belowLimit(id, { salt, limit })
  const select = `SELECT * FROM read_parquet(${quotePath(featuresFile)}) WHERE ${isBelow ? '' : 'NOT '}${condition} ORDER BY ${quoteName(id)}`
  await engine.run(copyTo(to, select))
  const [row] = await engine.query<{ n: number }>(`SELECT count(*) AS n FROM read_parquet(${quotePath(to)})`)
  return row?.n ?? 0
}

/** SQL that holds for the rows below the limit. */
export function belowLimit(id: string, { salt, limit }: Pick<RowsToRoute, 'salt' | 'limit'>): string {
  return `(left(sha256(${quoteText(`${salt}\n`)} || CAST(${quoteName(id)} AS VARCHAR)), 8) < ${quoteText(limit)})`
}
