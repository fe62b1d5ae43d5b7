import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { driftPage } from '../../action/report/drift-page/drift-page.ts'
import { pageOfSamples } from '../../action/report/drift-page/page-of-samples.ts'
import { hostileNames } from '../bad-input/hostile-names.ts'
import { driftReportNamed } from '../bad-input/reports-of-data.ts'
import { axeViolations, type BrowserPage, openChromium } from '../support/chromium.ts'
import { plumbline } from '../support/command-line.ts'
import { driftReportOf } from '../support/drift-report.ts'

const dataFolder = resolve(packageFolder(), process.env['PLUMBLINE_TEST_DATA'] ?? '../shared/data')
const folder = mkdtempSync(join(tmpdir(), 'plumbline-'))
let chromium: Awaited<ReturnType<typeof openChromium>>

beforeAll(async () => {
  chromium = await openChromium()
  const sample = (file: string) => join(dataFolder, 'electricity', file)
  const sides = ['--reference', sample('1996-*.csv'), '--current', sample('1997-06.csv')]
  const { code } = await plumbline(folder, ['drift', ...sides, '--html', 'electricity.html'])
  if (code !== 2) throw new Error(`drift ended with ${code}; expected 2`)
  writeFileSync(join(folder, 'wide.html'), driftPage(pageOfSamples(driftReportOf(2000))))
})

afterAll(async () => {
  await chromium[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const shownIn = `[...document.querySelectorAll('.columns li:not([hidden]) bdi:first-child')].filter((one) => one.closest('h3')).map((one) => one.textContent)`

async function shown(page: BrowserPage): Promise<string[]> {
  return await page.evaluate<string[]>(shownIn)
}

describe('the page of drift, in Chromium', () => {
  test.each(['light', 'dark'] as const)(
    'has nothing against it by axe-core, in the %s, all of it open',
    async (colorScheme) => {
      await using page = await chromium.open(join(folder, 'electricity.html'), { colorScheme })
      await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true })`)
      expect(await page.evaluate(`getComputedStyle(document.body).backgroundColor`)).toBe(
        colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(17, 21, 26)',
      )
      expect(await axeViolations(page)).toEqual([])
      // The other theme by the page's own switch.
      await page.evaluate(`document.getElementById('theme').click()`)
      expect(await page.evaluate(`getComputedStyle(document.body).backgroundColor`)).toBe(
        colorScheme === 'dark' ? 'rgb(255, 255, 255)' : 'rgb(17, 21, 26)',
      )
      expect(await axeViolations(page)).toEqual([])
    },
  )

  test('is found and sorted in by the keyboard alone', async () => {
    await using page = await chromium.open(join(folder, 'electricity.html'))
    const all = ['transfer', 'vicprice', 'vicdemand', 'nswprice', 'nswdemand', 'class', 'period', 'ts']
    expect(await shown(page)).toEqual(all)
    await page.keyboard.press('/')
    await page.keyboard.type('vic')
    expect(await shown(page)).toEqual(['vicprice', 'vicdemand'])
    expect(await page.evaluate(`document.getElementById('shown').textContent`)).toBe('2 of 8 columns')
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('Backspace')
    await page.keyboard.press('Tab')
    await page.keyboard.type('name')
    expect(await shown(page)).toEqual(all.toSorted())
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    expect(await shown(page)).toEqual(['class', 'period', 'ts'])
    await page.keyboard.press('Space')
    // Past the verdicts, the first measures.
    for (let i = 0; i < 4; i += 1) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(
      await page.evaluate(`document.querySelector('details[open]').closest('li').querySelector('bdi').textContent`),
    ).toBe('class')
  })

  test('shows a histogram in numbers where its measures are opened', async () => {
    await using page = await chromium.open(join(folder, 'electricity.html'))
    await page.evaluate(`document.querySelector('details').open = true`)
    const rows = await page.evaluate<string[]>(
      `new Promise((done) => setTimeout(() => done([...document.querySelectorAll('details table tr')].map((row) => row.innerText)), 50))`,
    )
    expect(rows[0]).toBe('from\tto\treference\tcurrent')
    expect(rows).toContain('0.4\t0.45\t100.0 %\t7.8 %')
  })

  test('is whole without its script, and asks nobody for anything', async () => {
    for (const javaScriptEnabled of [true, false]) {
      await using page = await chromium.open(join(folder, 'electricity.html'), { javaScriptEnabled })
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      page.on('pageerror', (error) => asked.push(String(error)))
      page.on('console', (message) => asked.push(String(message)))
      await page.goto(`file://${join(folder, 'electricity.html')}`)
      expect(asked).toEqual([`file://${join(folder, 'electricity.html')}`])
      expect(await page.evaluate(`document.querySelector('.tools').hidden`)).toBe(!javaScriptEnabled)
      expect((await shown(page)).length).toBe(8)
    }
  })

  test.each([375, 1200])('of 2,000 columns is no wider than a screen of %i, and found in at once', async (width) => {
    await using page = await chromium.open(join(folder, 'wide.html'), { viewport: { width, height: 800 } })
    expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(width)
    await page.keyboard.press('/')
    await page.keyboard.type('measurement_1999')
    expect(await shown(page)).toEqual(['measurement_1999'])
  })

  test('runs no script that a name holds, and keeps wide names on a narrow screen', async () => {
    for (const name of [...Object.values(hostileNames), 'wide'.repeat(200), '日本語'.repeat(60), 'عربي'.repeat(60)]) {
      writeFileSync(join(folder, 'named.html'), driftPage(pageOfSamples(driftReportNamed(name))))
      await using page = await chromium.open(join(folder, 'named.html'), { viewport: { width: 375, height: 800 } })
      const found = await page.evaluate(
        `[document.scripts.length, document.images.length, document.querySelectorAll('h1').length, document.links.length, document.documentElement.scrollWidth]`,
      )
      expect({ name, found }).toEqual({ name, found: [1, 0, 1, 1, 375] })
    }
  })
})
