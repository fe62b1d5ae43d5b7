import { setImmediate as othersFirst } from 'node:timers/promises'

import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { formatDuration } from '../base/duration.ts'
import { nearestName } from '../base/nearest-name.ts'
import { countBlocks } from '../data/count-blocks.ts'
import { countReadings } from '../data/count-readings.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import { openSample, type Sample } from '../data/open-samples.ts'
import { startReader } from '../data/reading-engine.ts'
import type { SourceFile } from '../data/source-file.ts'
import { maxCategories, minIdRows, type NotJudged } from '../drift/drift-column.ts'
import { type DataBlock, pairWindow } from '../drift/drift-reference.ts'
import { atOnceEffect } from '../drift/drift-state.ts'
import {
  countAlarms,
  type DriftReplay,
  type ReplayedWindow,
  type ReplayRule,
  replayWindows,
} from '../drift/replay-drift.ts'
import { windowsBegin } from '../drift/windows.ts'
import { ownNumbers } from './count-reference.ts'
import { type ColumnPair, pairColumns } from './pair-columns.ts'

export interface SampleReplay extends DriftReplay {
  readonly rule: ReplayRule
  /** An effect that is believed in one window, 0..1. */
  readonly atOnceEffect: number
  readonly rows: number
  /** Rows without a time, or with one that cannot be read, which are in no window. */
  readonly timelessRows: number
  /** Rows of windows that have not begun, which are left out. */
  readonly futureRows: number
  /** Columns that were not compared, and why; without the column of event time. */
  readonly notJudged: readonly { readonly name: string; readonly because: NotJudged }[]
  /** The column of event time. */
  readonly time: string
  readonly windowMs: number
  /** Windows that hold rows; those of the beginning are only learned from. */
  readonly windowsWithRows: number
}

export interface ReplayAsked {
  readonly rule: ReplayRule
  readonly windowMs: number
  /** Milliseconds since 1970: what has not begun then is of a clock that is wrong. */
  readonly nowMs: number
  /** The only column of times where it is left out. */
  readonly time?: string | undefined
}

/** A window of a day over 13 years. */
const mostWindows = 5000

/** What the rule would have said of each window of a sample's time, by what came before it. */
export async function replaySample(
  files: readonly SourceFile[],
  asked: ReplayAsked,
  signal?: AbortSignal,
): Promise<Read<SampleReplay>> {
  const opened = await openSample(files, startReader(signal))
  if (!opened.ok) return opened
  await using sample = opened.value
  try {
    return await replay(sample, files, asked, signal)
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function replay(
  sample: Sample,
  files: readonly SourceFile[],
  asked: ReplayAsked,
  signal?: AbortSignal,
): Promise<Read<SampleReplay>> {
  const refuse = (code: string, state: string, remedy: string) =>
    refused({ code: `drift/${code}`, file: files[0]?.path ?? '', line: 1, column: 1, message: state, remedy })
  const pairs = await pairColumns(sample, sample)
  const time = timeIn(pairs, await mostlyTimes(sample, pairs), asked.time)
  if (!time.ok) return refuse('no-time', `Cannot replay: ${time.state}`, time.remedy)
  const { windowMs, nowMs, rule } = asked
  const columns = pairs.map((pair): ColumnPair => (pair.name === time.name ? { ...pair, as: timesMove } : pair))
  const counted = await countBlocks(sample, {
    time: time.name,
    originMs: windowsBegin,
    blockMs: windowMs,
    mostBlocks: mostWindows,
    columns,
    mostTexts: maxCategories,
    ids: { numbers: ownNumbers, minRows: minIdRows },
  })
  if (!counted) {
    const state = `Cannot replay: "${time.name}" has more than ${mostWindows} windows of ${formatDuration(windowMs)} with rows`
    return refuse('many-windows', state, 'Name a longer --window, or look for times that are none.')
  }
  const { rows, timelessRows } = counted
  const blocks = counted.blocks.filter(({ sinceMs }) => sinceMs <= nowMs)
  const begun = counted.blockRows.slice(0, blocks.length)
  const futureRows = rows - begun.reduce((all, count) => all + count, 0)
  const windows: ReplayedWindow[] = []
  for (const window of replayWindows(blocks, rule)) {
    windows.push(window)
    // A year of them takes seconds.
    await othersFirst()
    signal?.throwIfAborted()
  }
  return {
    ok: true,
    value: {
      ...countAlarms(windows),
      rule,
      atOnceEffect: atOnceEffect(rule),
      rows: rows - futureRows,
      timelessRows,
      futureRows,
      notJudged: notJudgedIn(blocks, time.name),
      time: time.name,
      windowMs,
      windowsWithRows: blocks.length,
    },
  }
}

function refused(diagnostic: Diagnostic): Read<never> {
  return { ok: false, diagnostics: [diagnostic] }
}

type FoundTime =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly state: string; readonly remedy: string }

const timesMove = 'times move by themselves'

/** Texts most of which read as times: a few that do not are no reason to replay nothing. */
async function mostlyTimes(sample: Sample, columns: readonly ColumnPair[]): Promise<string[]> {
  const texts = new Set(sample.columns.flatMap(({ name, raw }) => (raw === 'text' ? [name] : [])))
  const open = columns.flatMap(({ name, as }) => {
    return as === 'category' && texts.has(name) ? [{ name, asNumbers: false, asTimes: true }] : []
  })
  const counted = await countReadings(sample, open)
  return open.flatMap(({ name }) => {
    const { filled = 0, times = 0 } = counted.get(name) ?? {}
    return times > filled / 2 ? [name] : []
  })
}

/** As of the newest window beside all before it. */
function notJudgedIn(blocks: readonly DataBlock[], time: string): SampleReplay['notJudged'] {
  const [window] = blocks.slice(-1)
  if (!window || blocks.length < 2) return []
  return pairWindow(blocks.slice(0, -1), window).columns.flatMap((column) => {
    return column.kind === 'not judged' && column.name !== time ? [{ name: column.name, because: column.because }] : []
  })
}

function timeIn(columns: readonly ColumnPair[], mostly: readonly string[], wanted: string | undefined): FoundTime {
  const times = [...columns.flatMap(({ name, as }) => (as === timesMove ? [name] : [])), ...mostly]
  const choice =
    times.length > 0 ? `Name one of ${times.join(', ')}: --time ${times[0]}` : 'Name data with dates or moments.'
  if (wanted === undefined) {
    const [only, other] = times
    if (only !== undefined && other === undefined) return { ok: true, name: only }
    const state = only === undefined ? 'no column holds times' : `${times.length} columns hold times`
    return { ok: false, state: `${state}; expected one that says when a row happened`, remedy: choice }
  }
  if (times.includes(wanted)) return { ok: true, name: wanted }
  const names = columns.map(({ name }) => name)
  if (names.includes(wanted))
    return { ok: false, state: `"${wanted}" holds no times; expected dates or moments`, remedy: choice }
  const near = nearestName(wanted, names)
  return {
    ok: false,
    state: `no column is called "${wanted}"`,
    remedy: near === undefined ? choice : `Did you mean "${near}"?`,
  }
}
