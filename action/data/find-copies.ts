import type { Engine } from './engine.ts'
import type { InferredColumn } from './inferred-model.ts'
import { quoteName } from './quote.ts'

const columnsAScan = 32

/**
 * Columns that hold in every row of a table what an earlier one holds, by name, with that one's name. Columns are compared
 * by one number of 64 bits that all their values make together.
 */
export async function findCopies(
  engine: Engine,
  table: string,
  columns: readonly InferredColumn[],
): Promise<ReadonlyMap<string, string>> {
  const candidates = columns.filter(({ distinct, missingIn }) => distinct > 1 && missingIn.length === 0)
  const firsts = new Map<string, string>()
  const copies = new Map<string, string>()
  for (let from = 0; from < candidates.length; from += columnsAScan) {
    const part = candidates.slice(from, from + columnsAScan)
    // Hashed twice: the hash of several values is their hashes' XOR, which no order of the values changes.
    const digests = part.map(
      ({ name }, i) => `CAST(bit_xor(hash(hash(rowid, ${quoteName(name)}))) AS VARCHAR) AS d${i}`,
    )
    const [row] = await engine.query<Record<string, string>>(`SELECT ${digests.join(', ')} FROM ${table}`)
    for (const [i, { name, type, distinct, nulls }] of part.entries()) {
      const key = [type, distinct, nulls, row?.[`d${i}`]].join(' ')
      const first = firsts.get(key)
      if (first === undefined) firsts.set(key, name)
      else copies.set(name, first)
    }
  }
  return copies
}
