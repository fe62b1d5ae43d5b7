import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { scanBytes } from '../../action/data/scan-lines.generated.ts'
import { scanLines } from '../../action/data/scan-lines.ts'

const comma = 44

/** The same, byte by byte. */
function slowly(bytes: Uint8Array, fields: number, longestLine: number): number[] | undefined {
  const ends: number[] = []
  const endings = new Set<boolean>()
  let [delimiters, start] = [0, 0]
  for (const [at, byte] of bytes.entries()) {
    if (byte === 34 || byte === 0 || (byte === 13 && bytes[at + 1] !== 10)) return undefined
    if (byte === comma) delimiters += 1
    if (byte !== 10) continue
    if (delimiters !== fields - 1 || at - start > longestLine) return undefined
    endings.add(bytes[at - 1] === 13)
    ends.push(at)
    ;[delimiters, start] = [0, at + 1]
  }
  return endings.size > 1 ? undefined : ends
}

function scanned(bytes: Uint8Array, fields: number, longestLine = 1000): number[] | undefined {
  const ends = scanLines(bytes, comma, fields, longestLine)
  return ends && [...ends]
}

const field = fc.string({ unit: fc.constantFrom('a', '7', 'é', ' '), maxLength: 40 })
const odd = fc.constantFrom('"', '\0', '\r', '\n', '\r\n', ',', '\r\r\n')
const table = fc
  .record({
    fields: fc.integer({ min: 1, max: 5 }),
    end: fc.constantFrom('\n', '\r\n'),
    seeds: fc.array(fc.array(field, { minLength: 5, maxLength: 5 }), { maxLength: 30 }),
    rest: fc.constantFrom('', 'a', 'a,b', 'a\r'),
  })
  .map(({ fields, end, seeds, rest }) => ({
    fields,
    text: seeds.map((row) => row.slice(0, fields).join(',') + end).join('') + rest,
  }))

describe('scanLines()', () => {
  test('finds what a byte after a byte finds', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 200 }), ({ fields, text }, longestLine) => {
        const bytes = Buffer.from(text)
        expect(scanned(bytes, fields, longestLine)).toEqual(slowly(bytes, fields, longestLine))
      }),
      { numRuns: 400 },
    )
  })

  test('refuses what one odd byte anywhere makes odd', () => {
    fc.assert(
      fc.property(table, odd, fc.nat(), ({ fields, text }, wrong, place) => {
        const at = place % (text.length + 1)
        const bytes = Buffer.from(text.slice(0, at) + wrong + text.slice(at))
        expect(scanned(bytes, fields)).toEqual(slowly(bytes, fields, 1000))
      }),
      { numRuns: 400 },
    )
  })

  test('takes a full megabyte of the shortest lines, and then little, of which it sees no more', () => {
    const full = Buffer.alloc(scanBytes, '\n')
    expect(scanLines(full, comma, 1, 10)).toHaveLength(scanBytes)
    expect(scanned(Buffer.from('a\n'), 1)).toEqual([1])
    expect(scanned(Buffer.alloc(0), 1)).toEqual([])
  })

  test.each([62, 63, 64, 65, 127, 128])('sees a line end of two bytes at place %i', (place) => {
    const bytes = Buffer.from(`${'a'.repeat(place)}\r\nb\r\n`)
    expect(scanned(bytes, 1)).toEqual([place + 1, place + 4])
    expect(scanned(Buffer.from(`${'a'.repeat(place)}\r`), 1)).toBeUndefined()
  })
})
