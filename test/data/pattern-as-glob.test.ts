import fc from 'fast-check'
import { expect, test } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { patternAsGlob } from '../../action/data/pattern-as-glob.ts'
import { quoteText } from '../../action/data/quote.ts'

test.each([
  ['^u[0-9]{10}$', `u${'[0-9]'.repeat(10)}`],
  ['^[A-Z]{2}\\d{3}$', '[A-Z][A-Z][0-9][0-9][0-9]'],
  ['^\\w\\.\\w$', '[0-9A-Za-z_].[0-9A-Za-z_]'],
  ['^a_b c$', 'a_b c'],
])('patternAsGlob() of %s is %s', (pattern, glob) => {
  expect(patternAsGlob(pattern)).toBe(glob)
})

test.each([
  ...[
    'a',
    '^a',
    'a$',
    '^$',
    '',
    '^a+$',
    '^a*$',
    '^a?$',
    '^.$',
    '^a|b$',
    '^(a)$',
    '^[^a]$',
    '^[a-]$',
    '^[!a]$',
    '^[z-a]$',
  ],
  ...[
    '^[a-Z]$',
    '^[]$',
    '^[a$',
    '^a]$',
    '^a{2,3}$',
    '^a{2}{3}$',
    '^a{$',
    '^{2}$',
    '^\\s$',
    '^\\*$',
    '^*$',
    '^é$',
    '^\\$',
    '^(?i)a$',
  ],
  ...[`^${'a'.repeat(21)}$`, '^[0-9]{21}$', '^[0-9]{99}$', '^[[:alpha:]]$', '^\\pL$', '^\\d{0}$', '^a\\b$', '^[\\d]$'],
])('patternAsGlob() leaves %s to the regular expression', (pattern) => {
  expect(patternAsGlob(pattern)).toBeUndefined()
})

test('patternAsGlob() holds for the same texts as the regular expression', async () => {
  await using engine = await openEngine({ threads: 1 })
  const piece = fc.tuple(
    fc.constantFrom('a', 'B', '7', '_', ' ', '/', '[0-9]', '[A-C]', '[a-cX0]', '\\d', '\\w', '\\.', '\\-', '\\+'),
    fc.constantFrom('', '', '{1}', '{2}', '{3}'),
  )
  const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `^${pieces.flat().join('')}$`)
  const text = fc.string({
    unit: fc.constantFrom('a', 'B', 'X', '7', '_', ' ', '/', '.', '-', '+', 'é', '\n', '*', '['),
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(pattern, fc.array(text, { maxLength: 20 }), fc.nat(), async (asked, others, seed) => {
      const glob = patternAsGlob(asked)
      if (glob === undefined) return
      const near = fc.sample(fc.stringMatching(new RegExp(asked)), { numRuns: 5, seed })
      const cases = [...near, ...near.map((one) => `${one}\n`), ...near.map((one) => one.slice(1)), ...others]
      const rows = await engine.query<{ same: boolean; hits: number }>(
        `SELECT bool_and(regexp_matches(t, ${quoteText(asked)}) = (t GLOB ${quoteText(glob)})) AS same,
           count(*) FILTER (t GLOB ${quoteText(glob)}) AS hits
         FROM (VALUES ${cases.map((one) => `(${quoteText(one)})`).join(', ')}) v(t)`,
      )
      expect([asked, glob, rows[0]?.same]).toEqual([asked, glob, true])
      expect(rows[0]?.hits).toBeGreaterThanOrEqual(near.length)
    }),
  )
})
