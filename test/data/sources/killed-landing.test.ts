import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

import { plumbline } from '../../support/command-line.ts'
import { land } from '../../support/land.ts'
import { s3Fake } from '../../support/s3-fake.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { tinyYaml } from '../../support/tiny-project.ts'

const killer = fileURLToPath(new URL('../../support/die-at-write.mjs', import.meta.url))
const yaml = tinyYaml.replace('data/*.csv', `{ orders: { from: 's3://lake/**/*.csv' } }`)
const place = [{ kind: 's3', bucket: 'lake', key: '**/*.csv' }] as const
const before = { 'lake/a.csv': 'id\n1\n', 'lake/b.csv': 'id\n1\n', 'lake/x/c.csv': 'id\n1\n' }
const after = { 'lake/b.csv': 'id\n22\n', 'lake/y/d.csv': 'id\n4\n', 'lake/e.csv': 'id\n5\n' }

/** Every visible file of the source's folder, with its content. */
function contentsOf(folder: string): Record<string, string> {
  const top = join(folder, 'data/orders')
  if (!existsSync(top)) return {}
  const files = readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(top.length + 1)).sort()
  const seen = paths.filter((path) => !path.startsWith('.'))
  return Object.fromEntries(seen.map((path) => [path, readFileSync(join(top, path), 'utf8')]))
}

const whole: Readonly<Record<string, readonly string[]>> = {
  'a.csv': ['id\n1\n'],
  'b.csv': ['id\n1\n', 'id\n22\n'],
  'x/c.csv': ['id\n1\n'],
  'y/d.csv': ['id\n4\n'],
  'e.csv': ['id\n5\n'],
  'mine.csv': ['id\n9\n'],
}

describe('data fetch', () => {
  test.each(['before', 'after'])(
    'ends the same wherever it is killed %s a write, and never shows a part of a file',
    async (when) => {
      let killed = 0
      for (let at = 1; ; at += 1) {
        const folder = tempFolder({ 'plumbline.yaml': yaml, 'data/orders/mine.csv': 'id\n9\n' })
        const s3 = await s3Fake(before)
        await land(folder, place, { environment: s3.environment })
        s3.objects.clear()
        for (const [key, content] of Object.entries(after)) s3.objects.set(key, Buffer.from(content))
        const deadly = {
          ...s3.environment,
          NODE_OPTIONS: `--import=${killer}`,
          PLUMBLINE_DIE_AT: String(at),
          PLUMBLINE_DIE_BELOW: join(folder, 'data/orders'),
          PLUMBLINE_DIE_WHEN: when,
        }
        const { code } = await plumbline(folder, ['data', 'fetch'], { environment: deadly })
        for (const [name, content] of Object.entries(contentsOf(folder))) expect(whole[name]).toContain(content)
        await land(folder, place, { environment: s3.environment })
        expect(contentsOf(folder)).toEqual({
          'b.csv': 'id\n22\n',
          'e.csv': 'id\n5\n',
          'mine.csv': 'id\n9\n',
          'y/d.csv': 'id\n4\n',
        })
        expect(readdirSync(join(folder, 'data/orders')).sort()).toEqual([
          '.plumbline-landed.json',
          'b.csv',
          'e.csv',
          'mine.csv',
          'y',
        ])
        if (code === 0) break
        killed += 1
      }
      expect(killed).toBeGreaterThan(15)
    },
    300_000,
  )
})
