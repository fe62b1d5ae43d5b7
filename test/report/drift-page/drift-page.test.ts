/* oxlint-disable no-control-regex -- control characters are part of what this file is about */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'

import { formatCount } from '../../../action/base/format-number.ts'
import { driftPage } from '../../../action/report/drift-page/drift-page.ts'
import { pageOfSamples } from '../../../action/report/drift-page/page-of-samples.ts'
import { hostileNames } from '../../bad-input/hostile-names.ts'
import { driftReportNamed } from '../../bad-input/reports-of-data.ts'
import { driftReportOf } from '../../support/drift-report.ts'

const pageOf = (...asked: Parameters<typeof driftReportOf>) => driftPage(pageOfSamples(driftReportOf(...asked)))
const columnsIn = (page: string) => [...page.matchAll(/<h3><bdi>(.*?)<\/bdi><\/h3>/g)].map(([, name]) => name)
const picturesIn = (page: string) => page.match(/<figure[^>]*><svg/g)?.length ?? 0

const hidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/

describe('driftPage()', () => {
  test('says the verdict first, then the columns, the worst first', () => {
    const report = driftReportOf(20)
    const page = driftPage(pageOfSamples(report))
    expect(report.verdict).toBe('drift')
    expect(page).toMatch(/<main><h1 class="drift">Drift<\/h1>\n<p class="reason">measurement_\d+, .* drift/)
    expect(columnsIn(page)).toEqual(report.columns.map(({ name }) => name))
    expect(page).toMatch(/most moved: \S+ to \S+, /)
  })

  test('runs and styles itself alone, by their hashes, and names nothing that would be loaded', () => {
    const page = pageOf(5)
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? ''
    for (const part of ['style', 'script']) {
      const [, text = ''] = new RegExp(`<${part}>(.*?)</${part}>`, 's').exec(page) ?? []
      const hash = createHash('sha256').update(text).digest('base64')
      expect(policy).toContain(`${part}-src 'sha256-${hash}'`)
      expect(text.length).toBeGreaterThan(1000)
    }
    expect(policy).toMatch(/^default-src 'none';/)
    expect(page).not.toMatch(/https?:|\ssrc=|url\(|@import|fetch\(|style="|\son[a-z]+="|innerHTML/)
    expect([...page.matchAll(/href="([^"]*)"/g)].map(([, to]) => to)).toEqual(['#columns'])
  })

  test('takes every name and value for text', () => {
    const marksIn = (page: string) => ['<', '>', '"', "'"].map((mark) => page.split(mark).length)
    const expected = marksIn(driftPage(pageOfSamples(driftReportNamed('name'))))
    // What is left out where it is empty is no matter of this test.
    for (const [what, name] of Object.entries(hostileNames).filter(([, text]) => text !== '')) {
      const page = driftPage(pageOfSamples(driftReportNamed(name)))
      expect({ what, marks: marksIn(page) }).toEqual({ what, marks: expected })
      expect({ what, hidden: hidden.exec(page) }).toEqual({ what, hidden: null })
    }
  })

  test('shows the pictures of 200 columns in 300 kB', () => {
    const page = pageOf(200)
    expect([columnsIn(page).length, picturesIn(page)]).toEqual([200, 200])
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(300_000)
  })

  test('of names of 100,000 letters it shows the beginning, within the same bytes', () => {
    const page = pageOf(200, (place) => `${place}${'<"&é'.repeat(25_000)}`)
    expect(columnsIn(page).length).toBe(200)
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(310_000)
  })

  test('of 2,000 columns pictures the worst, says so, and gives each of the others a line', () => {
    const page = pageOf(2000)
    const pictures = picturesIn(page)
    expect(columnsIn(page).length).toBe(2000)
    expect(pictures).toBeGreaterThan(150)
    expect(page).toContain(`The ${pictures} worst have a picture, ${formatCount(2000 - pictures)} more a line each.`)
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(800_000)
  })

  test('counts what is left out of more columns than anybody reads', () => {
    const report = driftReportOf(3)
    const [column] = report.columns
    const columns = Array.from({ length: 6000 }, () => column).filter((one) => one !== undefined)
    const page = driftPage(pageOfSamples({ ...report, columns }))
    expect(columnsIn(page).length).toBe(5000)
    expect(page).toContain('1,000 more columns, in the JSON of this result.')
  })

  test('shows no value that few rows hold, and none of a column whose values are hidden', () => {
    const report = driftReportNamed('secret')
    const [column] = report.columns
    const rare = { ...column?.picture, bins: [], appeared: [], vanished: [], rareAppeared: 2 }
    const page = driftPage({
      ...pageOfSamples(report),
      columns: [{ ...column, name: 'region', said: '', picture: rare } as never],
      ...{ title: '', reason: '', facts: [], notes: [] },
    })
    expect(page).not.toContain('secret')
    expect(page).toContain('  value 1\n')
    expect(page).toContain('new: 2 rare values')
  })

  test('by plain limits says what is above them, and draws no other limit', () => {
    const report = driftReportOf(4)
    const rule = { ...report.rule, limits: { psi: 0.2 } }
    const columns = report.columns.map((column) => ({ ...column, above: ['psi'] as const }))
    const page = driftPage(pageOfSamples({ ...report, rule, columns }))
    expect(page).toContain('By plain limits alone: psi above 0.2')
    expect(page).toMatch(/<p class="said">psi \d/)
    expect(page).not.toContain('<th>limit')
  })
})
