import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

it('npm run demo reaches its end', { timeout: 900_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/demo.mjs')], { encoding: 'utf8' })
  expect(status, `${stdout}\n${stderr}`).toBe(0)
  expect(stdout).toMatch(/^── Done in \d+ s\./m)
})
