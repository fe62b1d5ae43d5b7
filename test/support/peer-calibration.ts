import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  type Calibration,
  type CalibrationCase,
  calibrate,
  calibrationCase,
  percent,
  streamOf,
  windowsEach,
} from './drift-calibration.ts'
import { driftedColumns, type StreamWeek } from './drift-streams.ts'

/** The columns that a method flags: stream by stream, window by window. */
export type Flags = readonly (readonly (readonly string[])[])[]

export type PeerShares = Pick<
  Calibration,
  'windows' | 'falseColumns' | 'falseWindows' | 'falseConfirmed' | 'power' | 'powerConfirmed'
> &
  Partial<Pick<Calibration, 'unsure'>>

/** As test/ci/drift-calibration.test.ts seeds its streams. */
const seed = 2
const columnCount = 20

/** Two sizes with every natural variation and drift, and two of windows unlike the blocks. */
export function peerCases(repeats: number): CalibrationCase[] {
  const alike = [
    { rows: 1000, windowRows: 100 },
    { rows: 5000, windowRows: 500 },
  ]
  const unlike = [
    { rows: 5000, windowRows: 100 },
    { rows: 1000, windowRows: 1000 },
  ]
  const moved = [0, 0.1, 0.2].flatMap((drift) => [0, 0.05, 0.1].map((variation) => ({ drift, variation })))
  return [
    ...alike.flatMap((sizes) => moved.map((move) => calibrationCase({ ...sizes, ...move, repeats }))),
    ...unlike.map((sizes) => calibrationCase({ ...sizes, variation: 0, drift: 0, repeats })),
  ]
}

/** The weeks of `ourRow()`, a CSV file a stream, and what calibration.py asks of them. */
export function writeStreams(folder: string, one: CalibrationCase): void {
  mkdirSync(folder, { recursive: true })
  const files = Array.from({ length: one.repeats }, (_, repeat) => {
    const file = `${String(repeat).padStart(4, '0')}.csv`
    writeFileSync(join(folder, file), csvOf(weeksOf(one, repeat)))
    return file
  })
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ files, learned: one.blocks }))
}

/** The reference's weeks, then those to judge, in the order in which `calibrate()` draws them. */
export function weeksOf(one: CalibrationCase, repeat: number): StreamWeek[] {
  const stream = streamOf(one, seed, repeat)
  const learned = Array.from({ length: one.blocks }, () => stream.week(one.blockRows))
  return [...learned, ...Array.from({ length: windowsEach }, () => stream.week(one.windowRows, true))]
}

function csvOf(weeks: readonly StreamWeek[]): string {
  const names = [...(weeks[0]?.columns.keys() ?? [])]
  const lines = weeks.flatMap(({ rows, columns }, week) =>
    Array.from({ length: rows }, (_, row) => [week, ...names.map((name) => columns.get(name)?.[row])].join(',')),
  )
  return `${['week', ...names].join(',')}\n${lines.join('\n')}\n`
}

/** What a method's flags come to; asked to persist as ours is, in two of the last three windows. */
export function sharesOf({ drift }: CalibrationCase, flags: Flags): PeerShares {
  const moving: readonly string[] = drift > 0 ? driftedColumns : []
  const isMoving = (name: string) => moving.includes(name)
  const windows = flags.flatMap((stream) =>
    stream.map((flagged, index) => {
      const last = stream.slice(Math.max(0, index - 2), index + 1).flat()
      const confirmed = [...new Set(last)].filter((name) => last.indexOf(name) !== last.lastIndexOf(name))
      return { index, flagged, confirmed }
    }),
  )
  const still = (names: readonly string[]) => names.filter((name) => !isMoving(name)).length
  const share = (count: number, of: number) => count / Math.max(1, of)
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  const thirds = windows.filter(({ index }) => index === 2)
  return {
    windows: windows.length,
    falseColumns: share(
      sum(windows.map(({ flagged }) => still(flagged))),
      windows.length * (columnCount - moving.length),
    ),
    falseWindows: share(windows.filter(({ flagged }) => still(flagged) > 0).length, windows.length),
    falseConfirmed: share(windows.filter(({ confirmed }) => still(confirmed) > 0).length, windows.length),
    power: share(sum(windows.map(({ flagged }) => flagged.filter(isMoving).length)), windows.length * moving.length),
    powerConfirmed: share(
      sum(thirds.map(({ confirmed }) => confirmed.filter(isMoving).length)),
      thirds.length * moving.length,
    ),
  }
}

export const peerTableHead = [
  '| rows of reference / window | judged by | windows | false columns | any in a window | in 2 of 3 | power | unsure | in the third |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
]

/** A row of docs/benchmarks.md. */
export function rowOf({ name, drift }: CalibrationCase, judge: string, one: PeerShares): string {
  const quiet = [one.falseColumns, one.falseWindows, one.falseConfirmed].map(percent)
  const unsure = one.unsure === undefined ? '' : percent(one.unsure)
  const power = drift > 0 ? [percent(one.power), unsure, percent(one.powerConfirmed)] : ['', '', '']
  return `| ${[name, judge, one.windows, ...quiet, ...power].join(' | ')} |`
}

export function ourRow(one: CalibrationCase): string {
  return rowOf(one, 'Plumbline', calibrate(one, seed))
}
