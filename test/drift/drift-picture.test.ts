import { expect, test } from 'vitest'

import { pictureOf } from '../../action/drift/drift-picture.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'

const rows = { rows: 180, missing: 0, unreadable: 0 }
const region = {
  name: 'region',
  kind: 'category',
  reference: rows,
  current: rows,
  categories: [
    { value: 'both', reference: 60, current: 40 },
    { value: 'gone', reference: 20, current: 0 },
    { value: 'one here', reference: 1, current: 30 },
    { value: 'rare', reference: 19, current: 0 },
    { value: 'new', reference: 0, current: 90 },
  ],
} as const

test('pictureOf() shows the largest shares first, pools what few rows of a side have, and counts what came and went', () => {
  expect(pictureOf(region)).toEqual({
    bins: ['both', 'new', 'gone'],
    reference: [60, 0, 20],
    current: [40, 90, 0],
    others: { values: 2, reference: 20, current: 30 },
    appeared: [['new', 90]],
    vanished: [['gone', 20]],
    rareAppeared: 0,
    rareVanished: 1,
  })
})

test('pictureOf() shows values of as many rows as are asked for, and none of a column whose values may not be seen', () => {
  expect(pictureOf(region, { minRows: 50, areValuesShown: true })).toMatchObject({
    bins: ['new'],
    others: { values: 4, reference: 100, current: 70 },
    vanished: [],
    rareVanished: 2,
  })
  const hidden = pictureOf(region, { minRows: 20, areValuesShown: false })
  expect(hidden).toMatchObject({ bins: [], reference: [60, 0, 20], appeared: [], rareAppeared: 1, rareVanished: 2 })
  expect(JSON.stringify(hidden)).not.toMatch(/both|gone|new/)
})

test('pictureOf() of numbers gives exact rows between round edges', () => {
  const ages = Float64Array.from({ length: 1000 }, (_, i) => Math.floor((i * 95) / 1000))
  const numbers = compareSorted(
    ages,
    ages.map((age) => age + 7),
  )
  const picture = pictureOf({ name: 'age', kind: 'number', reference: rows, current: rows, numbers })
  expect(picture?.bins).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
  expect(picture?.reference[0]).toBe(ages.filter((age) => age < 10).length)
  expect(picture?.current.at(-1)).toBe(ages.filter((age) => age + 7 >= 100).length)
  expect(pictureOf({ name: 'age', kind: 'number', reference: rows, current: rows, numbers }, hidden)?.bins).toEqual([])
})

const hidden = { minRows: 20, areValuesShown: false } as const
