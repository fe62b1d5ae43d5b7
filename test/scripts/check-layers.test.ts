import { describe, expect, test } from 'vitest'

import { checkLayers } from '../../scripts/check-layers.mjs'

const table = {
  levels: [['base'], ['data'], ['commands'], ['cli']],
  arrows: [['commands', 'data']],
  packages: [['data', '@duckdb/node-api']],
}
const good = {
  'commands/run.ts': "import { open } from '../data/open.ts'\nimport type { Fault } from '../base/fault.ts'",
  'data/open.ts': "import { join } from 'node:path'\nawait import('@duckdb/node-api')",
  'base/fault.ts': 'export const a = 1',
}

async function problemsOf(change: Record<string, string>, changedTable: object = {}) {
  return await checkLayers(new Map(Object.entries({ ...good, ...change })), { ...table, ...changedTable })
}

describe('checkLayers()', () => {
  test('accepts listed arrows, type-only imports, the own room and what Node has built in', async () => {
    expect(await problemsOf({ 'data/more.ts': "export { open } from './open.ts'" })).toEqual([])
  })

  test.each([
    ['a static import', "import '../base/fault.ts'"],
    ['a dynamic import', "const load = async () => await import('../base/fault.ts')"],
    ['a re-export', "export * from '../base/fault.ts'"],
    ['an import of types that is left as a value import', "import { type A } from '../base/fault.ts'"],
  ])('finds %s along an arrow that is not listed', async (_, text) => {
    expect(await problemsOf({ 'data/more.ts': text })).toEqual([expect.stringContaining('"data → base" is not listed')])
  })

  test.each([
    ['a package of another room', { 'commands/more.ts': "import '@duckdb/node-api'" }, 'it belongs to data'],
    ['a package of no room', { 'data/more.ts': "import 'left-pad/sub'" }, '"data → left-pad" is not listed'],
    ['an import of a computed name', { 'data/more.ts': 'await import(name)' }, 'computed name'],
    ['a file that is not there', { 'data/more.ts': "import './gone.ts'" }, 'there is no ./gone.ts'],
    ['a room that is not listed', { 'utils/a.ts': '' }, '"utils" is no room'],
  ])('finds %s', async (_, change, message) => {
    expect(await problemsOf(change)).toEqual([expect.stringContaining(message)])
  })

  test('finds arrows that nobody uses, and arrows that point up', async () => {
    const arrows = [...table.arrows, ['base', 'data']]

    expect(await problemsOf({}, { arrows })).toEqual([
      expect.stringContaining('Nobody uses the arrow "base → data"'),
      expect.stringContaining('does not point down'),
    ])
  })

  test('fails where it saw no files', async () => {
    expect(await checkLayers(new Map(), table)).toEqual([expect.stringContaining('there are no files')])
  })
})
