import { setImmediate as othersFirst } from 'node:timers/promises'

import type { Read } from '../base/diagnostic.ts'
import { millisecondsOf } from '../base/moments.ts'
import type { CountedBlocks } from '../data/count-blocks.ts'
import { type BlockTerms, countContractBlocks, timeSpan } from '../data/count-contract-blocks.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import type { PinnedFile, SnapshotFiles } from '../data/fetch-snapshot.ts'
import { loadedRows, loadNewRows } from '../data/load-new-rows.ts'
import { openReading } from '../data/reading-engine.ts'
import { allFiles } from '../data/section-files.ts'
import type { DriftFinding, KeptWindow } from '../drift/drift-finding.ts'
import type { DataBlock } from '../drift/drift-reference.ts'
import type { PersistedDrift } from '../drift/drift-state.ts'
import { findDrift, followWindows, type ShownWindow, showWindow } from '../drift/follow-windows.ts'
import { emptyBlock, type StoredReference } from '../drift/stored-reference.ts'
import { planWindows, type WindowPlan, windowOf } from '../drift/windows.ts'
import type { Project } from '../project/project.ts'
import type { DataContracts } from '../project/read-contract.ts'
import { blockTerms, ownNumbers } from './count-reference.ts'

export interface NewRowsToJudge {
  readonly project: Project
  readonly contracts: DataContracts
  /** What lies there now. */
  readonly files: SnapshotFiles
  /** Of the pinned snapshot: what is in it is not new. */
  readonly pinned: readonly PinnedFile[]
  /** The newest event time of the pinned snapshot. */
  readonly pinnedUntil: string | null
  readonly release: string
  readonly reference: StoredReference
  /** Windows that were judged beside that release before, the oldest first. */
  readonly past: readonly KeptWindow[]
  readonly now: Date
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
}

/** A window of an hour over half a year. */
const mostWindows = 5000

/** Judges the closed windows of the rows that the pinned snapshot does not hold, each once, beside what a release learned. */
export async function judgeNewRows(asked: NewRowsToJudge, signal?: AbortSignal): Promise<Read<JudgedNewRows>> {
  const { project, release, reference, past, now } = asked
  const counted = await countNewBlocks(asked, signal)
  if (!counted.ok) return counted
  const { blocks, blockRows, rows, timelessRows, reachedMs } = counted.value
  const { drift } = project
  const judged = [...past, ...learnedWindow(asked, blocks)]
  const arrived = [
    ...blocks.map(({ sinceMs }, index) => ({ atMs: sinceMs, rows: blockRows[index] ?? 0, arrivedMs: null })),
    { atMs: Number.NaN, rows: timelessRows, arrivedMs: null },
  ]
  const { toJudge, ...plan } = planWindows(arrived, drift, now.getTime(), judged, reachedMs)
  const blockOf = new Map(blocks.map((block) => [block.sinceMs, block]))
  const fresh = toJudge.map((window) => blockOf.get(window.sinceMs) ?? emptyBlock(reference, window))
  const kept: KeptWindow[] = []
  for (const window of followWindows(reference, fresh, drift)) {
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
    },
  }
}

function newestShown(
  { reference, project }: NewRowsToJudge,
  newest: KeptWindow | undefined,
  { blocks, blockRows }: CountedBlocks,
): ShownWindow | undefined {
  const place = blocks.findIndex(({ sinceMs }) => sinceMs === newest?.sinceMs)
  const block = blocks[place]
  return block && blockRows[place] === newest?.rows ? showWindow(reference, block, project.drift) : undefined
}

async function countNewBlocks(
  { project, contracts, files, pinned, reference, now }: NewRowsToJudge,
  signal?: AbortSignal,
): Promise<Read<CountedBlocks & { readonly reachedMs: number }>> {
  const inputs = [...allFiles(files), ...pinned]
  await using engine = await openReading({ files: inputs }, signal)
  try {
    const wrong = await loadNewRows(engine, project, contracts, files, pinned)
    if (wrong.length > 0) return { ok: false, diagnostics: wrong }
    const rows = { engine, relation: loadedRows, project, contract: contracts.whole }
    const everything = { afterMs: null, untilMs: null }
    const reasons = reference.columns.flatMap((column) =>
      column.kind === 'not judged' ? [[column.name, column.because] as const] : [],
    )
    // What a column is, the reference says: it must not depend on how many windows are looked at together.
    const asLearned: Pick<BlockTerms, 'mostTexts' | 'ids' | 'left'> = {
      mostTexts: Infinity,
      ids: { numbers: ownNumbers, minRows: Infinity },
      left: new Map(reasons),
    }
    const terms = {
      ...blockTerms,
      ...everything,
      ...asLearned,
      blockMs: project.drift.windowMs,
      mostBlocks: mostWindows,
    }
    const counted = await countContractBlocks(rows, terms)
    if (!counted) return { ok: false, diagnostics: [tooManyWindows(project)] }
    const past = await timeSpan(rows, { afterMs: null, untilMs: now.getTime() })
    return { ok: true, value: { ...counted, reachedMs: past?.untilMs ?? -Infinity } }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, inputs)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

function tooManyWindows({ file, model }: Project) {
  return {
    code: 'drift/many-windows',
    file,
    line: 1,
    column: 1,
    message: `Cannot judge new rows: "${model.time}" has more than ${mostWindows} windows with rows`,
    remedy: 'Make drift.window longer, or look for times that are none.',
  }
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
