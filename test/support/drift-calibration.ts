import { judgePersistence, nextDriftState, noDriftState, windowRuleOf } from '../../action/drift/drift-state.ts'
import { judgeWindow } from '../../action/drift/judge-window.ts'
import { DriftStream, driftedColumns, weekMs } from './drift-streams.ts'

export interface CalibrationCase {
  readonly name: string
  readonly blocks: number
  readonly blockRows: number
  readonly windowRows: number
  readonly variation: number
  readonly drift: number
  /** The newest so many blocks are recent; all of them: one reference alone. */
  readonly recentBlocks: number
  readonly repeats: number
}

/** Shares, 0..1. */
export interface Calibration {
  /** Of columns that did not drift, flagged in a window. */
  readonly falseColumns: number
  /** Of windows, with any such column flagged; and confirmed after persistence. */
  readonly falseWindows: number
  readonly falseConfirmed: number
  /** p-values of columns that did not drift at or below 0.05, and 0.01. */
  readonly below5: number
  readonly below1: number
  /** Of drifted columns, flagged in a window; and confirmed in the third. */
  readonly power: number
  readonly powerConfirmed: number
  /** Of drifted columns, `insufficient data` in a window. */
  readonly unsure: number
  readonly windows: number
}

/** Judged, after the reference. */
export const windowsEach = 4
const rule = { effect: 0.1, fdr: 0.05, limits: {}, weights: {} }
const persist = { need: 2, of: 3 }

export function calibrate(one: CalibrationCase, seed: number): Calibration {
  const sums = { columns: 0, flagged: 0, any: 0, confirmed: 0, p5: 0, p1: 0, drifted: 0, found: 0, unsure: 0, third: 0 }
  for (let repeat = 0; repeat < one.repeats; repeat += 1) {
    const stream = streamOf(one, seed, repeat)
    const training = Array.from({ length: one.blocks }, () => stream.block(one.blockRows))
    const reference = { training, recentMs: one.recentBlocks * weekMs, season: null }
    let state = noDriftState
    for (let index = 0; index < windowsEach; index += 1) {
      const window = judgeWindow(reference, stream.block(one.windowRows, true), windowRuleOf(rule, persist))
      state = nextDriftState(state, window, persist)
      const { columns } = judgePersistence(state, window, rule, persist)
      const isDrifted = ({ name }: { name: string }) => one.drift > 0 && driftedColumns.includes(name)
      const drifted = window.columns.filter(isDrifted)
      const still = window.columns.filter((column) => !isDrifted(column))
      const flagged = still.filter(({ verdict }) => verdict === 'drift').length
      const pValues = still.flatMap(({ againstTraining }) => againstTraining.rows.map((row) => row.varied?.pValue ?? 1))
      sums.columns += still.length
      sums.flagged += flagged
      sums.any += flagged > 0 ? 1 : 0
      sums.p5 += pValues.filter((p) => p <= 0.05).length
      sums.p1 += pValues.filter((p) => p <= 0.01).length
      const confirmed = columns.filter(({ standing }) => standing === 'confirmed')
      sums.confirmed += confirmed.some((column) => !isDrifted(column)) ? 1 : 0
      sums.drifted += drifted.length
      sums.found += drifted.filter(({ verdict }) => verdict === 'drift').length
      sums.unsure += drifted.filter(({ verdict }) => verdict === 'insufficient data').length
      if (index === 2) sums.third += confirmed.filter(isDrifted).length
    }
  }
  const windows = one.repeats * windowsEach
  return {
    falseColumns: sums.flagged / sums.columns,
    falseWindows: sums.any / windows,
    falseConfirmed: sums.confirmed / windows,
    below5: sums.p5 / sums.columns,
    below1: sums.p1 / sums.columns,
    power: sums.found / Math.max(1, sums.drifted),
    powerConfirmed: sums.third / Math.max(1, sums.drifted / windowsEach),
    unsure: sums.unsure / Math.max(1, sums.drifted),
    windows,
  }
}

/** The weeks of one repeat, whoever judges them. */
export function streamOf({ variation, drift }: CalibrationCase, seed: number, repeat: number): DriftStream {
  return new DriftStream({ seed: seed * 1000 + repeat, variation, drift })
}

/** The sizes of the notes: rows of the reference and of a window; the reference in 10 blocks unless said otherwise. */
export function calibrationCases(repeats: number): CalibrationCase[] {
  const of = (rows: number, windowRows: number, variation: number, drift: number, blocks = 10, recent = blocks) => {
    const fewer = Math.ceil(rows > 50_000 ? repeats / 8 : rows > 10_000 ? repeats / 3 : repeats)
    return calibrationCase({ rows, windowRows, variation, drift, blocks, recentBlocks: recent, repeats: fewer })
  }
  return [
    of(1000, 100, 0, 0),
    of(1000, 1000, 0, 0),
    of(5000, 100, 0, 0),
    of(5000, 500, 0, 0),
    of(5000, 5000, 0, 0),
    of(5000, 500, 0.05, 0),
    of(5000, 500, 0.1, 0),
    of(5000, 500, 0.1, 0, 10, 4),
    of(20_000, 2000, 0.1, 0),
    of(100_000, 10_000, 0.05, 0),
    of(1000, 1000, 0, 0.1),
    of(1000, 520, 0, 0.2),
    of(5000, 500, 0, 0.2),
    of(5000, 500, 0.05, 0.2),
    of(5000, 500, 0.1, 0.2),
    of(5000, 500, 0, 0.2, 10, 4),
    of(20_000, 2000, 0.1, 0.2),
    of(10_000, 500, 0.1, 0.2, 20),
    of(10_000, 500, 0.1, 0.2, 20, 4),
  ]
}

interface Sizes extends Pick<CalibrationCase, 'windowRows' | 'variation' | 'drift' | 'repeats'> {
  /** Of the reference. */
  readonly rows: number
  readonly blocks?: number
  readonly recentBlocks?: number
}

export function calibrationCase({ rows, blocks = 10, recentBlocks = blocks, ...given }: Sizes): CalibrationCase {
  const { windowRows, variation, drift } = given
  const name = nameOf(rows, windowRows, variation, drift, blocks, recentBlocks)
  return { ...given, name, blocks, blockRows: rows / blocks, recentBlocks }
}

function nameOf(rows: number, windowRows: number, variation: number, drift: number, blocks: number, recent: number) {
  const shape = blocks === 10 ? '' : `, ${blocks} blocks`
  const both = recent === blocks ? '' : `, ${recent} of them recent`
  return `${rows} / ${windowRows}, s ${variation}${drift > 0 ? `, drift ${drift}` : ''}${shape}${both}`
}

/** The bars that a case misses, in words; none where it keeps them. */
export function missedBars({ drift }: CalibrationCase, one: Calibration): string[] {
  const bars: readonly (readonly [string, number, boolean])[] = [
    ['false columns', one.falseColumns, drift > 0 || one.falseColumns <= 0.01],
    ['windows with a false confirmed column', one.falseConfirmed, drift > 0 || one.falseConfirmed <= 0.05],
    ['p at most 0.05', one.below5, one.below5 <= 0.06],
    ['p at most 0.01', one.below1, one.below1 <= 0.016],
    ['power at twice the limit', one.power, drift < 0.2 || one.power >= 0.9],
    ['confirmed in the third window', one.powerConfirmed, drift < 0.2 || one.powerConfirmed >= 0.9],
  ]
  return bars.flatMap(([name, share, isKept]) => (isKept ? [] : [`${name}: ${share}`]))
}

/** A row a case, for docs/benchmarks.md. */
export function tableOf(measured: readonly (readonly [CalibrationCase, Calibration])[]): string {
  const lines = measured.map(([{ name, drift }, one]) => {
    const power = drift > 0 ? `${percent(one.power)} | ${percent(one.powerConfirmed)}` : ' | '
    const quiet = [one.below5, one.below1, one.falseColumns, one.falseWindows, one.falseConfirmed].map(percent)
    return `| ${name} | ${one.windows} | ${quiet.join(' | ')} | ${power} |`
  })
  return [
    '| rows of reference / window | windows | p ≤ 0.05 | p ≤ 0.01 | false columns | any in a window | confirmed | power | in the third |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n')
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 2 : 1)} %`
}
