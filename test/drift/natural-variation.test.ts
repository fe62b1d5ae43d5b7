import { describe, expect, it } from 'vitest'

import { inflationOf, variationOfCategories, variationOfNumbers } from '../../action/drift/natural-variation.ts'

/** Ten cells of blocks that are all alike but for what `extra` puts into the first. */
function blocks(count: number, extra: (block: number) => number): number[][] {
  return Array.from({ length: count }, (_none, block) => [
    100 + extra(block),
    ...Array.from({ length: 9 }, (_, cell) => 100 - extra(block) / 9 + ((block + cell) % 2)),
  ])
}

/** Numbers in 0..1, always the same ones (xorshift). */
function numbersOf(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Rows in twenty cells, the more of them in the upper ones the larger `lift` is. */
function drawn(random: () => number, rows: number, lift: number): number[] {
  const counts = Array.from({ length: 20 }, () => 0)
  for (let row = 0; row < rows; row += 1) {
    const cell = Math.min(19, Math.floor(20 * random() ** (1 / (1 + Math.max(-0.9, lift)))))
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  return counts
}

describe('variationOfNumbers and variationOfCategories', () => {
  it('need 8 blocks that hold rows', () => {
    expect(variationOfNumbers(blocks(7, () => 0))).toBeUndefined()
    expect(variationOfNumbers([...blocks(7, () => 0), Array.from({ length: 10 }, () => 0)])).toBeUndefined()
    expect(variationOfNumbers(blocks(8, () => 0))).toMatchObject({ blocks: 8, degrees: 7, phi: 1, trend: null })
    expect(variationOfCategories([])).toBeUndefined()
  })

  it('see what is more than chance: each block against the others', () => {
    const noisy = blocks(12, (block) => [60, -40, 10, -70, 50, -10, 80, -60, 20, -50, 30, 0][block] ?? 0)
    // By hand: of one block with 160 of 1,000 rows in the first cell against others with 1,060 of 11,000, and so on.
    const byHand = noisy.map((counts, index) => {
      const rows = counts.reduce((sum, count) => sum + count, 0)
      const others = noisy.filter((_, at) => at !== index)
      const n = others.flat().reduce((sum, count) => sum + count, 0)
      let [below, othersBelow, largest] = [0, 0, 0]
      for (const [cell, count] of counts.entries()) {
        below += count
        othersBelow += others.reduce((sum, other) => sum + (other[cell] ?? 0), 0)
        largest = Math.max(largest, Math.abs(below / rows - othersBelow / n))
      }
      return ((rows * n) / (rows + n)) * largest ** 2
    })
    const mean = byHand.reduce((sum, value) => sum + value, 0) / byHand.length
    expect(variationOfNumbers(noisy)?.phi).toBeCloseTo(mean / (Math.PI ** 2 / 12), 9)
    expect(variationOfCategories(noisy)?.phi).toBeGreaterThan(1.5)
  })

  it('take a straight trend out and say how far it went; what goes up and down stays in', () => {
    const trend = blocks(12, (block) => 8 * block)
    const found = variationOfNumbers(trend)
    expect(found).toMatchObject({ phi: 1, degrees: 10 })
    expect(found?.trend).toBeGreaterThan(0.07)
    const waves = blocks(12, (block) => (block % 2 === 0 ? 60 : -60))
    expect(variationOfNumbers(waves)).toMatchObject({ degrees: 11, trend: null })
    expect(variationOfNumbers(waves)?.phi).toBeGreaterThan(2)
  })

  it('hold a part of a window against the same part of others', () => {
    const halves = blocks(12, (block) => (block % 2 === 0 ? 60 : -60))
    const phases = halves.map((_, block) => block % 2)
    expect(variationOfNumbers(halves, phases)).toMatchObject({ phi: 1, degrees: 10, trend: null })
    expect(variationOfCategories(halves, phases)).toMatchObject({ phi: 1, degrees: 10 })
    // By hand: each phase by itself, in the mean of all blocks.
    const uneven = blocks(12, (block) => [60, -40, 10, -70, 50, -10, 80, -60, 20, -50, 30, 0][block] ?? 0)
    const mixed = [...uneven, ...blocks(8, (block) => 20 - 6 * block)]
    const ofEach = mixed.map((_, block) => (block < 12 ? 0 : 1))
    const [one, other] = [variationOfNumbers(uneven)?.phi ?? 0, variationOfNumbers(mixed.slice(12))?.phi ?? 0]
    expect(other).toBe(1)
    expect(variationOfNumbers(mixed, ofEach)?.phi).toBeLessThan((12 * one + 8) / 20 + 1e-9)
    expect(variationOfNumbers(mixed, ofEach)?.degrees).toBe(18)
    // A phase that came once says nothing.
    expect(variationOfNumbers(uneven, [1, ...Array.from({ length: 11 }, () => 0)])).toEqual(variationOfNumbers(uneven))
    expect(
      variationOfNumbers(
        uneven,
        uneven.map(() => 3),
      ),
    ).toEqual(variationOfNumbers(uneven))
  })

  it('take no weekday for variation, and what windows do vary by for it', () => {
    const phases = Array.from({ length: 12 }, (_, block) => block % 2)
    const meanPhi = (weekday: number, weekly: number, areTold: boolean) => {
      const random = numbersOf(5)
      const found = Array.from({ length: 200 }, () => {
        const weeks = Array.from({ length: 6 }, () => weekly * (2 * random() - 1))
        const halves = phases.map((phase, block) => drawn(random, 150, weekday * phase + (weeks[block >> 1] ?? 0)))
        return variationOfNumbers(halves, areTold ? phases : undefined)?.phi ?? 0
      })
      return found.reduce((sum, phi) => sum + phi, 0) / found.length
    }
    expect(meanPhi(0, 0, true)).toBeLessThan(1.05)
    expect(meanPhi(1, 0, false)).toBeGreaterThan(4)
    expect(meanPhi(1, 0, true)).toBeLessThan(1.05)
    expect(meanPhi(1, 0.8, true)).toBeGreaterThan(4)
    // The other half of a week is no other week.
    expect(meanPhi(0, 0.8, true)).toBeGreaterThan(meanPhi(0, 0.8, false))
  })

  it('pool what few rows of a block hold', () => {
    const rare = Array.from({ length: 10 }, (_none, block) => [
      500,
      500,
      ...Array.from({ length: 50 }, (_, cell) => (cell === block ? 1 : 0)),
    ])
    expect(variationOfCategories(rare)?.phi).toBe(1)
  })
})

describe('inflationOf', () => {
  const variation = { blocks: 10, blockRows: 500, spread: 0.1, phi: 3, allowance: 0, degrees: 9, trend: null }

  it('is φ for a window of a block, and grows with the rows of the window', () => {
    const effective = (n: number, m: number) => (n * m) / (n + m)
    expect(inflationOf(variation, effective(5000, 500))).toBeCloseTo(3, 12)
    expect(inflationOf(variation, effective(5000, 50))).toBeLessThan(1.3)
    expect(inflationOf(variation, effective(5000, 5000))).toBeGreaterThan(6)
  })

  it('allows for the variation that few blocks need not have shown', () => {
    expect(inflationOf({ ...variation, phi: 1, allowance: 0.2 }, (5000 * 500) / 5500)).toBeCloseTo(1.2, 12)
  })
})
