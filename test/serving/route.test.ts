import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { writeRouted } from '../../action/data/route-rows.ts'
import { isCandidates, routeTo } from '../../action/serving/route.ts'
import { tempFolder } from '../support/temp-folder.ts'

const tag = 'parcels-v12-g1a2b3c4d-d7f3a91c2'

describe('routeTo()', () => {
  test('a larger share keeps the rows of a smaller one', () => {
    const shares = fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 }))
    const isNested = fc.property(fc.string(), shares, (id, [one, other]) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map((share) => routeTo(tag, share))
      return !less || !more || !isCandidates(less, id) || isCandidates(more, id)
    })
    expect(() => fc.assert(isNested)).not.toThrow()
  })

  test('deals about the share, and other rows to another candidate', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `p${index}`)
    for (const share of [1, 5, 25, 50, 99]) {
      const dealt = ids.filter((id) => isCandidates(routeTo(tag, share), id)).length / ids.length
      // Five deviations of a fair deal of so many.
      const deviation = Math.sqrt(((share / 100) * (1 - share / 100)) / ids.length)
      expect(Math.abs(dealt - share / 100)).toBeLessThan(5 * deviation)
    }
    const other = tag.replace('v12', 'v13')
    const both = ids.filter((id) => isCandidates(routeTo(tag, 5), id) && isCandidates(routeTo(other, 5), id))
    expect(both.length / ids.length).toBeLessThan(0.01)
  })
})

describe('writeRouted()', () => {
  test('deals in SQL as isCandidates() does, whatever the ids are', async () => {
    const folder = tempFolder()
    await using engine = await openEngine()
    const { salt, limit } = routeTo(tag, 30)
    const idsOf = {
      text: `SELECT unnest(['a', 'ä', '😀', '', 'it''s', ' a ', 'p1', 'P1', '001']) AS id`,
      integer: 'SELECT range AS id FROM range(-500, 500)',
      date: `SELECT DATE '2026-01-01' + CAST(range AS INTEGER) AS id FROM range(0, 300)`,
    }
    for (const [name, select] of Object.entries(idsOf)) {
      const featuresFile = `${folder}/${name}.parquet`
      await engine.run(`COPY (${select}) TO '${featuresFile}' (FORMAT parquet)`)
      const rows = { featuresFile, id: 'id', salt, limit }
      const below = await writeRouted(engine, rows, true, `${folder}/below.parquet`)
      const above = await writeRouted(engine, rows, false, `${folder}/above.parquet`)
      const all = await engine.query<{ text: string }>(
        `SELECT CAST(id AS VARCHAR) AS text FROM read_parquet('${featuresFile}')`,
      )
      const expected = all.filter(({ text }) => isCandidates({ salt, limit }, text)).map(({ text }) => text)
      const got = await engine.query<{ text: string }>(
        `SELECT CAST(id AS VARCHAR) AS text FROM read_parquet('${folder}/below.parquet')`,
      )
      expect(got.map(({ text }) => text).toSorted()).toEqual(expected.toSorted())
      expect(below + above).toBe(all.length)
    }
  })
})
