import { describe, expect, it } from 'vitest'

import type { ColumnProfile } from '../../action/drift/column-profile.ts'
import { findSwappedColumns } from '../../action/drift/find-swapped-columns.ts'

function numeric(name: string, from: number, to: number, rows = 1000): ColumnProfile {
  const percentiles = Array.from({ length: 101 }, (_, i) => from + ((to - from) * i) / 100)
  return { name, rows, nulls: 0, distinct: rows, zeros: 0, values: [], isNumeric: true, percentiles, shapes: [] }
}

const lat = numeric('lat', 47, 55)
const lon = numeric('lon', 6, 15)

describe('findSwappedColumns()', () => {
  it('finds two columns that hold what the other one held', () => {
    const swapped = [
      { known: lat, fresh: numeric('lat', 6, 15) },
      { known: numeric('x', 0, 1), fresh: numeric('x', 0, 1) },
      { known: lon, fresh: numeric('lon', 47.5, 55) },
    ]
    expect(findSwappedColumns(swapped)).toMatchObject([{ columns: ['lat', 'lon'] }])
  })

  it.each([
    ['nothing moved', numeric('lat', 47, 55), numeric('lon', 6, 15)],
    ['one moved alone', numeric('lat', 6, 15), numeric('lon', 6, 15)],
    ['both moved elsewhere', numeric('lat', 100, 200), numeric('lon', 300, 400)],
    ['there are few rows', numeric('lat', 6, 15, 10), numeric('lon', 47, 55, 10)],
    ['they became flags', { ...numeric('lat', 6, 15), distinct: 2 }, numeric('lon', 47, 55)],
  ])('finds none where %s', (_, freshLat, freshLon) => {
    expect(
      findSwappedColumns([
        { known: lat, fresh: freshLat },
        { known: lon, fresh: freshLon },
      ]),
    ).toEqual([])
  })

  it('names a column in one pair only, the nearest', () => {
    const swaps = findSwappedColumns([
      { known: lat, fresh: numeric('lat', 6, 15) },
      { known: lon, fresh: numeric('lon', 47, 55) },
      { known: numeric('far', 6.2, 15), fresh: numeric('far', 47.5, 55) },
    ])
    expect(swaps.map(({ columns }) => columns)).toEqual([['lat', 'lon']])
  })
})
