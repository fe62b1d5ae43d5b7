// npm test: installs and builds what is needed, runs every test, and ends with the line `N passed, N failed`.
// Words behind it go to vitest: npm test -- test/data
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { installIfNeeded } from './install.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')

installIfNeeded()
const { build } = await import('./build.mjs')
await build()
process.exitCode = runTests(process.argv.slice(2))

function runTests(words) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-tally-'))
  const tallyFile = join(folder, 'tally.json')
  try {
    const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...words], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, PLUMBLINE_TALLY: tallyFile },
    })
    const tally = existsSync(tallyFile) ? JSON.parse(readFileSync(tallyFile, 'utf8')) : { passed: 0, failed: 1 }
    const isGood = status === 0 && tally.failed === 0 && tally.passed > 0
    console.log(`${tally.passed} passed, ${isGood ? 0 : Math.max(1, tally.failed)} failed`)
    return isGood ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
