import { setImmediate as othersFirst } from 'node:timers/promises'

import type { Read } from '../base/diagnostic.ts'
import { millisecondsOf } from '../base/moments.ts'
import type { CountedBlocks } from '../data/count-blocks.ts'
import type { DriftFinding, KeptWindow } from '../drift/drift-finding.ts'
import type { DataBlock } from '../drift/drift-reference.ts'
import type { PersistedDrift } from '../drift/drift-state.ts'
import { answersIn, findDrift, followWindows, type ShownWindow, showWindow } from '../drift/follow-windows.ts'
import { emptyWindow } from '../drift/learned.ts'
import type { Rename } from '../drift/match-renamed-columns.ts'
import { planWindows, type WindowPlan, windowOf } from '../drift/windows.ts'
import { countNewBlocks, type NewBlocks, type NewRowsToCount } from './count-new-blocks.ts'

export interface NewRowsToJudge extends NewRowsToCount {
  /** The newest event time of the pinned snapshot. */
  readonly pinnedUntil: string | null
  /** Windows that were judged beside that release before, the oldest first. */
  readonly past: readonly KeptWindow[]
}

export interface JudgedNewRows {
  /** After the newest window; undefined where none was ever closed. */
  readonly finding: DriftFinding | undefined
  /** How each column stands, also the quiet ones; empty without a window. */
  readonly columns: PersistedDrift['columns']
  /** All windows beside that release, the oldest first. */
  readonly windows: readonly KeptWindow[]
  /** How many of them, the newest, were judged now. */
  readonly judgedNow: number
  /** The newest, whole, where its rows are still those that were judged. */
  readonly newest: ShownWindow | undefined
  readonly plan: Pick<WindowPlan, 'open' | 'late' | 'futureRows' | 'timelessRows'>
  /** Rows that the pinned snapshot does not hold. */
  readonly newRows: number
  /** What the log has of them; null where the prediction is not judged. */
  readonly answers: NewBlocks['answers']
  /** New names that columns of the finding seem to have. */
  readonly renames: readonly Rename[]
}

/** Judges the closed windows of the rows that the pinned snapshot does not hold, each once, beside what a release learned. */
export async function judgeNewRows(asked: NewRowsToJudge, signal?: AbortSignal): Promise<Read<JudgedNewRows>> {
  const { project, release, learned, past, now } = asked
  const counted = await countNewBlocks(asked, signal)
  if (!counted.ok) return counted
  const { blocks, blockRows, rows, timelessRows, reachedMs, answers, renames } = counted.value
  const { drift } = project
  const judged = [...past, ...learnedWindow(asked, blocks)]
  const arrived = [
    ...blocks.map(({ sinceMs }, index) => ({ atMs: sinceMs, rows: blockRows[index] ?? 0, arrivedMs: null })),
    { atMs: Number.NaN, rows: timelessRows, arrivedMs: null },
  ]
  const { toJudge, ...plan } = planWindows(arrived, drift, now.getTime(), judged, reachedMs)
  const blockOf = new Map(blocks.map((block) => [block.sinceMs, block]))
  const fresh = toJudge.map((window) => blockOf.get(window.sinceMs) ?? emptyWindow(learned, window))
  const kept: KeptWindow[] = []
  for (const window of followWindows(learned, fresh, drift)) {
    kept.push(window)
    await othersFirst()
    signal?.throwIfAborted()
  }
  const windows = [...past, ...kept]
  const found = findDrift(release, windows, drift)
  const { persisted, ...finding } = found ?? {}
  return {
    ok: true,
    value: {
      finding: found && (finding as DriftFinding),
      columns: persisted?.columns ?? [],
      windows,
      judgedNow: kept.length,
      newest: newestShown(asked, windows.at(-1), counted.value),
      plan,
      newRows: rows + timelessRows,
      answers,
      renames: renames.filter(({ missing }) => found?.columns.some(({ name }) => name === missing)),
    },
  }
}

function newestShown(
  { learned, project }: NewRowsToJudge,
  newest: KeptWindow | undefined,
  { blocks, blockRows }: CountedBlocks,
): ShownWindow | undefined {
  const place = blocks.findIndex(({ sinceMs }) => sinceMs === newest?.sinceMs)
  const block = blocks[place]
  if (!block || !newest || blockRows[place] !== newest.rows) return undefined
  const answered = newest.columns.find(({ answers }) => answers !== undefined)?.answers ?? 0
  return answered === answersIn(learned, block) ? showWindow(learned, block, project.drift) : undefined
}

/**
 * What ended before the pinned snapshot does was learned, or came too late: as if it had been judged. The window in which it
 * ends is judged only if rows of it are new.
 */
function learnedWindow({ project, pinnedUntil }: NewRowsToJudge, blocks: readonly DataBlock[]) {
  const untilMs = pinnedUntil === null ? undefined : millisecondsOf(pinnedUntil)
  if (untilMs === undefined || Number.isNaN(untilMs)) return []
  const { windowMs } = project.drift
  const last = windowOf(untilMs, windowMs)
  const isOpen = blocks.some(({ sinceMs }) => sinceMs === last.sinceMs)
  return [{ ...(isOpen ? windowOf(last.sinceMs - 1, windowMs) : last), rows: 0 }]
}
