import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { packageFolder } from '../../action/base/package-folder.ts'

/** As much of Playwright's page as tests use. */
export interface BrowserPage extends AsyncDisposable {
  goto(address: string): Promise<unknown>
  evaluate<Value>(script: string): Promise<Value>
  on(event: 'request', listener: (request: { url(): string }) => void): void
  on(event: 'pageerror' | 'console', listener: (what: unknown) => void): void
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> }
}

export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark'
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly javaScriptEnabled?: boolean
}

interface Browser {
  newPage(options: PageOptions): Promise<BrowserPage & { close(): Promise<void> }>
  close(): Promise<void>
}

const packages = join(packageFolder(), '.tools/browser/node_modules')

/** A headless Chromium; `.ci/run` installs it. */
export async function openChromium() {
  const { default: binary } = (await import(
    pathToFileURL(join(packages, '@sparticuz/chromium/build/index.js')).href
  )) as {
    default: { executablePath(): Promise<string> }
  }
  const { chromium } = (await import(pathToFileURL(join(packages, 'playwright-core/index.mjs')).href)) as {
    chromium: { launch(options: object): Promise<Browser> }
  }
  const executablePath = await binary.executablePath()
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  return {
    async open(file: string, options: PageOptions = {}): Promise<BrowserPage> {
      const page = await browser.newPage(options)
      await page.goto(pathToFileURL(file).href)
      return Object.assign(page, { [Symbol.asyncDispose]: async () => await page.close() })
    },
    [Symbol.asyncDispose]: async () => await browser.close(),
  }
}

/** What axe-core has against a page as it stands. The debugger runs it, which the page's policy does not bind. */
export async function axeViolations(page: BrowserPage): Promise<string[]> {
  await page.evaluate(readFileSync(join(packages, 'axe-core/axe.min.js'), 'utf8'))
  return await page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  )
}
