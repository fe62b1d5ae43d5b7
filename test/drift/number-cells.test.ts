import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { cellsOf, countInCells, mostLostInCells, numbersOfCells } from '../../action/drift/number-cells.ts'
import { countNumbers } from '../../action/stats/number-counts.ts'

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -20_000, max: 20_000 }).map((cents) => cents / 100),
)

function counted(numbers: readonly number[], maxKeys?: number) {
  return countNumbers(Float64Array.from(numbers, (one) => one + 0).sort(), maxKeys)
}

describe('cellsOf', () => {
  test('every place that is no number of many rows holds enough of them, unless it lies between two that are', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 30 }),
        (numbers, min) => {
          const counts = counted(numbers)
          const cells = cellsOf(counts, min)
          const rows = countInCells(cells, counts)
          expect(rows.reduce((sum, one) => sum + one, 0)).toBe(numbers.length)
          if (cells.some(({ isPlace }) => isPlace)) return
          for (const own of rows) expect(own === 0 || own >= Math.min(min, numbers.length)).toBe(true)
        },
      ),
    )
  })

  test('ranges never end at a number that few rows hold', () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => 1000 + index * 1.37 + 0.013)
    const ends = cellsOf(counted(numbers), 20).map(({ at }) => at)
    expect(ends.length).toBeGreaterThan(40)
    expect(ends.filter((end) => numbers.includes(end))).toEqual([])
  })

  test('a number of many rows is a place of its own, and another one beside it is told apart', () => {
    const cells = cellsOf(counted([...Array(50).fill(1), ...Array(60).fill(2)]), 20)
    expect(cells).toEqual([
      { at: 1, isPlace: true },
      { at: 2, isPlace: true },
    ])
    expect([...countInCells(cells, counted([0, 1, 1.5, 2, 2, 9]))]).toEqual([1, 1, 1, 2, 1])
    expect([...numbersOfCells(cells)]).toEqual([0, 1, 1.5, 2, 3])
  })

  test('no number at all makes one place', () => {
    const none = counted([])
    expect(cellsOf(none, 20)).toEqual([])
    expect([...countInCells([], counted([3, 4]))]).toEqual([2])
    expect([...countInCells([], none)]).toEqual([0])
  })
})

describe('countInCells', () => {
  test('keeps the order of numbers: all below an end lie before all above it', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 2, maxLength: 200 }), number, number, (numbers, one, other) => {
        const cells = cellsOf(counted(numbers), 3)
        const placeOf = (value: number) => countInCells(cells, counted([value])).indexOf(1)
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        expect(placeOf(low)).toBeLessThanOrEqual(placeOf(high))
        const ordered = numbersOfCells(cells)
        expect([...ordered].sort((a, b) => a - b)).toEqual([...ordered])
      }),
    )
  })

  test('a prefix of bits finds the place of the number that it stands for', () => {
    const atoms = [...Array(40).fill(0), ...Array(40).fill(17.31), ...Array(40).fill(99.99)]
    const cells = cellsOf(counted(atoms), 20)
    const many = counted([...atoms, ...Array.from({ length: 500 }, (_, index) => 100 + index * 0.731)], 64)
    expect(many.bits).toBeLessThan(64)
    const rows = countInCells(cells, many)
    expect([rows[1], rows[3], rows[5]]).toEqual([40, 40, 40])
  })
})

describe('mostLostInCells', () => {
  test('bounds by how much D of cells falls short of D of the numbers', () => {
    const sample = fc.array(number, { minLength: 20, maxLength: 200 })
    fc.assert(
      fc.property(sample, sample, (one, other) => {
        const cells = cellsOf(counted(one), 5)
        const [left, right] = [countInCells(cells, counted(one)), countInCells(cells, counted(other))]
        const all = [...one, ...other]
        const below = (numbers: readonly number[], end: number) =>
          numbers.filter((value) => value <= end).length / numbers.length
        const whole = Math.max(...all.map((end) => Math.abs(below(one, end) - below(other, end))))
        const shares = (rows: Float64Array, place: number) => rows.slice(0, place + 1).reduce((a, b) => a + b, 0)
        const told = Math.max(
          ...left.map((_, place) => Math.abs(shares(left, place) / one.length - shares(right, place) / other.length)),
        )
        expect(told).toBeLessThanOrEqual(whole + 1e-12)
        expect(whole - told).toBeLessThanOrEqual(mostLostInCells(cells, left, right) + 1e-12)
      }),
      { numRuns: 60 },
    )
  })
})
