import fastStringWidth from 'fast-string-width'
import { describe, expect, test } from 'vitest'

import { commentBudget } from '../../action/report/fit-markdown.ts'
import { reportDrift } from '../../action/report/report-drift.ts'
import { driftReportOf } from '../support/drift-report.ts'
import { shapeOf } from '../support/markdown-tree.ts'

const named = (name: (place: number) => string, count = 9) => reportDrift(driftReportOf(count, name))

describe('reportDrift()', () => {
  test('says the verdict and its reason first, then the worst, each in a line with its limit and both samples', () => {
    const lines = named((place) => `column_${place}`).text.split('\n')
    expect(lines[0]).toMatch(/^DRIFT {2}column_\d.* drift[;·]? .*· 3 of \d columns · /)
    expect(lines[1]).toBe('  old.parquet, 400 rows → new.parquet, 400 rows')
    expect(lines[2]).toMatch(/^ {4}column +verdict +effect +limit +p, adjusted +could see +before → now$/)
    expect(lines[3]).toMatch(/^ {2}✗ column_\d +drift +(?:D|TVD) 0\.\d+ +0\.1 +\S+ +0\.\d+ +[▁-█]+ → [▁-█]+$/u)
    const effects = lines.flatMap((line) => /^ {2}✗ .* (?:D|TVD) (0\.\d+) /.exec(line)?.[1] ?? []).map(Number)
    expect(effects).toEqual(effects.toSorted((one, other) => other - one))
    expect(effects.length).toBe(3)
  })

  test.each([
    ['wide letters', (place: number) => `収入${'円'.repeat(place)}`],
    ['emoji', (place: number) => `${'👩‍👩‍👧‍👦'.repeat(place)}n`],
    ['letters with marks', (place: number) => `e\u0301${'n\u0303'.repeat(place)}`],
    ['names longer than a line', (place: number) => `${'feature_'.repeat(40)}${place}`],
  ])('keeps its columns in line of %s', (_, name) => {
    const rows = named(name)
      .text.split('\n')
      .filter((line) => /^ {2}[✗?!] /.test(line) && line.includes('0.1'))
    expect(rows.length).toBeGreaterThan(2)
    // Where both samples are drawn is the one place with bars.
    const places = rows.map((row) => fastStringWidth(row.slice(0, row.search(/[▁-█]/u))))
    expect(new Set(places).size).toBe(1)
    expect(Math.max(...rows.map((row) => fastStringWidth(row)))).toBeLessThan(160)
  })

  test('tells long names apart by their ends', () => {
    const { text, markdown } = named((place) => `${'feature_'.repeat(40)}${place}`)
    for (const words of [text, markdown]) {
      expect(words).toMatch(/feature_…\S*feature_0/)
      expect(words).toMatch(/feature_…\S*feature_3/)
      expect(words).not.toContain('feature_'.repeat(20))
    }
  })

  test('of 200 columns tells what drifts, counts the rest by verdict, and fits a comment', () => {
    const report = driftReportOf(200)
    const { text, markdown } = reportDrift(report)
    const drifted = report.columns.filter(({ verdict }) => verdict === 'drift')
    for (const { name } of drifted) expect(text).toContain(` ${name} `)
    const unsure = report.columns.filter(({ verdict }) => verdict === 'insufficient data').length
    expect(text).toContain(`? ${unsure - 10} other columns: insufficient data`)
    expect(markdown.length).toBeLessThan(commentBudget.limit / 2)
  })

  test('has seven columns in Markdown, whatever the direction of a name', () => {
    const { markdown } = named((place) => `عدد|${place}`)
    const [head = ''] = markdown.split('\n').filter((line) => line.startsWith('|'))
    expect(head.split(' | ').length).toBe(7)
    expect(shapeOf(markdown)).toEqual(shapeOf(named((place) => `name|${place}`).markdown))
  })

  test('gathers what is not judged by its reason, and shows other questions only where they are not quiet', () => {
    const report = driftReportOf(6)
    const columns = report.columns.map((column, place) => {
      if (place > 3) return { ...column, verdict: 'not judged', because: 'times move by themselves', rows: [] } as const
      const rows = column.rows.map(
        (row) => ({ ...row, verdict: row.question === 'missing' ? 'drift' : row.verdict }) as const,
      )
      return place === 0 ? { ...column, rows } : column
    })
    const { text } = reportDrift({ ...report, columns })
    const [one, other] = columns.slice(4).map(({ name }) => name)
    expect(text).toContain(`  – not judged, times move by themselves: ${one}, ${other}\n`)
    const found = text.match(/^ {6}.*missing .*$/gm)
    expect(found).toEqual([
      expect.stringMatching(/missing \S+ % → \S+ %: drift, effect 0\.0\d+, p, adjusted, \S+, could see 0\.\d+$/),
    ])
  })

  test('by plain limits shows the measure and its own limit', () => {
    const report = driftReportOf(4)
    const rule = { ...report.rule, limits: { psi: 0.25 } }
    const { text, markdown } = reportDrift({ ...report, rule })
    expect(text).toMatch(/ psi \d\S* +0\.25 /)
    expect(markdown).toMatch(/\| psi \d\S* \| 0\.25 \|/)
  })
})
