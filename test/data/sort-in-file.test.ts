import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { sortedNumbersIn } from '../../action/data/number-file.ts'
import { openFileSorter } from '../../action/data/sort-in-file.ts'
import { tempFolder } from '../support/temp-folder.ts'

import '../support/random-seed.ts'

function sortedBy(folder: string, chunks: readonly (readonly number[])[], runLength: number): number[] {
  using sorter = openFileSorter(join(folder, 'numbers'), runLength)
  for (const chunk of chunks) sorter.take(Float64Array.from(chunk))
  using file = sorter.finish()
  const numbers = sortedNumbersIn(file)
  const read: number[] = []
  while (read.length < numbers.length) read.push(...numbers.subarray(read.length))
  expect(read).toEqual(Array.from({ length: numbers.length }, (_, place) => numbers.at(place)))
  expect([numbers.at(-1), numbers.at(numbers.length)]).toEqual([undefined, undefined])
  expect([...numbers.subarray(numbers.length)]).toEqual([])
  return read
}

describe('openFileSorter', () => {
  it('sorts as the language does, without NaN and −0, whatever the chunks and the length of a run', () => {
    const folder = tempFolder()
    const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double(), fc.constantFrom(Infinity, -Infinity, -0))
    const chunks = fc.array(fc.array(number, { maxLength: 12 }), { maxLength: 8 })
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 30 }), (lists, runLength) => {
        const values = lists.flat().filter((value) => !Number.isNaN(value))
        const expected = [...Float64Array.from(values, (value) => value + 0).sort()]
        expect(sortedBy(folder, lists, runLength)).toEqual(expected)
        expect(readdirSync(folder)).toEqual([])
      }),
    )
  })

  it('sorts one number that comes more often than a run is long, among others', () => {
    const many = Array.from({ length: 5000 }, (_, i) => (i % 50 === 0 ? i : 7))
    expect(sortedBy(tempFolder(), [many, [8, 6], many], 64)).toEqual([
      ...Float64Array.from([...many, 8, 6, ...many]).sort(),
    ])
  })
})
