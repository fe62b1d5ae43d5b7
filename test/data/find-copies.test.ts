import { expect, test } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { findCopies } from '../../action/data/find-copies.ts'
import type { InferredColumn } from '../../action/data/inferred-model.ts'

function column(name: string, more: Partial<InferredColumn> = {}): InferredColumn {
  const counts = { rows: 100, nulls: 0, distinct: 10, isUnique: false, values: [], minimum: null, maximum: null }
  return { name, type: 'integer', ...counts, missingIn: [], ...more }
}

test('findCopies() finds what is equal in every row, and nothing that differs in one or in its order', async () => {
  await using engine = await openEngine({ threads: 1 })
  await engine.run(
    `CREATE TABLE t AS SELECT i % 10 AS a, i % 10 AS b, CASE WHEN i = 42 THEN 7 ELSE i % 10 END AS c,
       (i + 1) % 10 AS d, i % 10 AS "odd ""name""", CASE WHEN i > 5 THEN i % 10 END AS e,
       CASE WHEN i > 5 THEN i % 10 END AS f FROM range(100) r(i)`,
  )
  const columns = ['a', 'b', 'c', 'd', 'odd "name"', 'e', 'f'].map((name) => column(name))
  expect(Object.fromEntries(await findCopies(engine, 't', columns))).toEqual({ b: 'a', 'odd "name"': 'a', f: 'e' })
  const typed = [column('a'), column('b', { type: 'number' }), column('e', { distinct: 1 }), column('f')]
  expect(await findCopies(engine, 't', typed)).toEqual(new Map())
})
