import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { planPacks } from '../../../action/data/stores/plan-packs.ts'

const file = (bytes: number, name: number) => {
  return { bytes, path: `${name}.csv`, sha256: name.toString(16).padStart(64, '0') }
}

describe('planPacks()', () => {
  test('every byte is in one pack, none is too large, and the same files make the same packs', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 })
    const isWhole = fc.property(sizes, fc.integer({ min: 1, max: 120 }), (bytes, most) => {
      const files = bytes.map(file)
      const packs = planPacks(files, most)
      const slices = packs.flat()
      for (const one of files) {
        const own = slices.filter((slice) => slice.file === one)
        let end = 0
        for (const { from, bytes: length } of own) {
          if (from !== end) return false
          end += length
        }
        if (own.length === 0 || end !== one.bytes) return false
      }
      const isBounded = packs.every((pack) => pack.reduce((sum, slice) => sum + slice.bytes, 0) <= most)
      const again = planPacks([...files].reverse(), most)
      return isBounded && JSON.stringify(again) === JSON.stringify(packs)
    })
    expect(() => fc.assert(isWhole)).not.toThrow()
  })

  test('cuts no file that fits into a pack', () => {
    const packs = planPacks([file(60, 1), file(60, 2), file(30, 3)], 100)
    expect(packs.map((pack) => pack.map(({ bytes }) => bytes))).toEqual([[60], [60, 30]])
  })
})
