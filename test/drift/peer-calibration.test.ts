import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { categoriesOf } from '../../action/drift/column-block.ts'
import { countNumbers } from '../../action/stats/number-counts.ts'
import { streamOf } from '../support/drift-calibration.ts'
import { blockOf } from '../support/drift-streams.ts'
import { ourRow, peerCases, rowOf, sharesOf, weeksOf, writeStreams } from '../support/peer-calibration.ts'
import { tempFolder } from '../support/temp-folder.ts'

const [quiet] = peerCases(2)
const moved = peerCases(2).find(({ drift }) => drift > 0)
if (!quiet || !moved) throw new Error('no cases')

describe('ourRow', () => {
  const lines = readFileSync(join(packageFolder(), 'docs/benchmarks.md'), 'utf8').split('\n')
  const committed = lines.flatMap((line) => {
    const [, name, windows] = /^\| ([^|]+) \| Plumbline \| (\d+) \|/.exec(line) ?? []
    return name !== undefined && windows !== undefined ? [{ name, windows: Number(windows), line }] : []
  })

  it.each(committed)('makes the line of docs/benchmarks.md: $name', { timeout: 120_000 }, ({ name, windows, line }) => {
    const one = peerCases(windows / 4).find((other) => other.name === name)
    expect(one && ourRow(one)).toBe(line)
  })

  it('is there for each case', () => {
    expect(committed.map(({ name }) => name)).toEqual(peerCases(1).map(({ name }) => name))
  })
})

describe('writeStreams', () => {
  it('writes the very weeks that we count', () => {
    const folder = tempFolder()
    writeStreams(folder, moved)
    const stream = streamOf(moved, 2, 1)
    const counted = [
      ...Array.from({ length: moved.blocks }, () => stream.block(moved.blockRows)),
      ...Array.from({ length: 4 }, () => stream.block(moved.windowRows, true)),
    ]
    const [head = '', ...lines] = readFileSync(join(folder, '0001.csv'), 'utf8').trimEnd().split('\n')
    const cells = lines.map((line) => line.split(','))
    const names = head.split(',').slice(1)
    const read = counted.map((_, week) => {
      const rows = cells.filter(([number]) => number === String(week))
      const columns = names.map((name, at) => {
        const values = rows.map((row) => row[at + 1] ?? '')
        const rowsOf = new Map(values.map((value) => [value, values.filter((other) => other === value).length]))
        const counts = name.startsWith('n')
          ? countNumbers(Float64Array.from(values, Number).sort())
          : categoriesOf(rowsOf, 1000)
        return [name, { rows: rows.length, missing: 0, unreadable: 0, values: counts }] as const
      })
      return new Map(columns)
    })
    expect(read).toEqual(counted.map(({ columns }) => columns))
    expect(weeksOf(moved, 1).map(blockOf)).toEqual(counted)
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual({
      files: ['0000.csv', '0001.csv'],
      learned: 10,
    })
  })
})

describe('sharesOf', () => {
  it('counts flags of columns that moved apart from others, and asks them to persist', () => {
    const flags = [
      [['n0', 'n1'], ['n0'], ['n1'], []],
      [[], ['c0', 'c5'], ['c5', 'n0', 'n3'], ['n3']],
    ]
    expect(sharesOf(moved, flags)).toEqual({
      windows: 8,
      falseColumns: 2 / (8 * 16),
      falseWindows: 2 / 8,
      // n1 in the third window of the first stream; and in none after it, for it is one of the last three.
      falseConfirmed: 1 / 8,
      power: 8 / (8 * 4),
      powerConfirmed: 2 / 8,
    })
    // Where nothing moved, all flags are false: windows 1 to 3, and 2 to 4 of the other.
    const none = sharesOf(quiet, flags)
    expect([none.falseColumns, none.falseWindows, none.falseConfirmed]).toEqual([10 / (8 * 20), 6 / 8, 4 / 8])
    expect([none.power, none.powerConfirmed]).toEqual([0, 0])
    expect(rowOf(quiet, 'X', none)).toMatch(
      /^\| 1000 \/ 100, s 0 \| X \| 8 \| 6\.25 % \| 75\.0 % \| 50\.0 % \| {2}\| {2}\| {2}\|$/,
    )
  })
})
