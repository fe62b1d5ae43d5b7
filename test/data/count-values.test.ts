import { describe, expect, it } from 'vitest'

import { countValues } from '../../action/data/count-values.ts'
import { openEngine } from '../../action/data/engine.ts'
import type { HeldColumns } from '../../action/data/hold-columns.ts'

const rows = 30_000
/** Of few values, with NULL; of none; few at first and many then; many from the start; as many as are listed, and one more. */
const columns = {
  few: "CASE WHEN i % 5 = 0 THEN NULL ELSE 'v' || (i % 3) END",
  none: 'NULL::VARCHAR',
  late: "CASE WHEN i < 15000 THEN 'same' WHEN i = 20000 THEN NULL ELSE 'late ' || i END",
  many: "CASE WHEN i % 2 = 0 THEN NULL ELSE 'many ' || i END",
  most: "'m' || (i % 2000)",
  more: "'m' || (i % 2001)",
}

describe('countValues', () => {
  it('counts every value where there are not too many, and filled rows in any case', async () => {
    await using engine = await openEngine()
    const selected = Object.entries(columns).map(([name, sql]) => `${sql} AS ${name}`)
    await engine.run(`CREATE TABLE held AS SELECT ${selected.join(', ')} FROM range(${rows}) t(i)`)
    const held: HeldColumns = { engine, relation: 'held', rows, valueOf: (name) => name }
    const names = Object.keys(columns)
    const counted = await countValues(held, names, 2000)
    const of = (name: string) => counted[names.indexOf(name)]
    expect(of('few')).toEqual({
      filled: 24_000,
      values: new Map(['v0', 'v1', 'v2'].map((value) => [value, 8000])),
    })
    expect(of('none')).toEqual({ filled: 0, values: new Map() })
    expect(of('late')).toEqual({ filled: rows - 1, values: undefined })
    expect(of('many')).toEqual({ filled: 15_000, values: undefined })
    expect(of('most')?.filled).toBe(rows)
    expect(of('most')?.values).toEqual(new Map(Array.from({ length: 2000 }, (_, i) => [`m${i}`, 15])))
    expect(of('more')).toEqual({ filled: rows, values: undefined })
  })
})
