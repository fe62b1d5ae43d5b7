import type { Engine } from './engine.ts'
import { quoteList } from './quote.ts'
import type { Examined } from './settle-spellings.ts'

/** Not `none` and `nil`, which count nothing rather than say nothing. */
const words = [
  'n/a',
  'na',
  '#n/a',
  'n.a.',
  'null',
  'missing',
  'unknown',
  'tbd',
  '-',
  '--',
  '–',
  '—',
  '?',
  '.',
  '#',
  '*',
]
const errors = ['#value!', '#div/0!', '#ref!', '#name?', '#num!', '#null!']

/**
 * A text column without the words that stand for nothing in two rows or more; undefined where it has none, or a word that
 * stands alone. Whether the others are of another type is for the caller to find out.
 */
export async function findMissing(engine: Engine, { column, forms, texts }: Examined): Promise<Examined | undefined> {
  if (column.type !== 'string' || !forms.isText) return undefined
  const list = quoteList([...words, ...errors])
  const found = await engine.query<{ word: string; rows: number }>(
    `SELECT lower(x) AS word, count(*) AS rows FROM ${texts} WHERE lower(x) IN (SELECT unnest(${list}))
     GROUP BY word ORDER BY rows DESC, word`,
  )
  if (found.length === 0 || found.some(({ rows }) => rows < 2)) return undefined
  const missing = found.map(({ word, rows }) => [word, rows] as const)
  const known = new Set(missing.map(([word]) => word))
  const rows = missing.reduce((sum, [, each]) => sum + each, 0)
  const values = column.values.filter(([value]) => !known.has(value.toLowerCase()))
  const distinct = column.values.length > 0 ? values.length : Math.max(0, column.distinct - known.size)
  return {
    column: { ...column, nulls: column.nulls + rows, values, distinct, isUnique: false, missing },
    forms: { ...forms, filled: forms.filled - rows },
    texts: `(SELECT CASE WHEN lower(x) NOT IN (SELECT unnest(${quoteList([...known])})) THEN x END AS x FROM ${texts})`,
  }
}
