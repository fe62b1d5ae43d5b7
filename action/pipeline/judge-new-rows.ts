import { setImmediate as othersFirst } from 'node:timers/promises'

import type { Read } from '../base/diagnostic.ts'
import { millisecondsOf } from '../base/moments.ts'
import { answerColumns, answerKind } from '../data/answer-sample.ts'
import { type CountedBlocks, countBlocks } from '../data/count-blocks.ts'
import { type BlockTerms, type ContractRows, countContractBlocks, timeSpan } from '../data/count-contract-blocks.ts'
import { describeFiles } from '../data/describe-files.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import type { PinnedFile, SnapshotFiles } from '../data/fetch-snapshot.ts'
import { type LoggedAnswers, loadLoggedAnswers } from '../data/load-logged-answers.ts'
import { loadedRows, loadNewRows } from '../data/load-new-rows.ts'
import { openReading } from '../data/reading-engine.ts'
import { allFiles } from '../data/section-files.ts'
import type { SourceFile } from '../data/source-file.ts'
import type { DriftFinding, KeptWindow } from '../drift/drift-finding.ts'
import type { DataBlock } from '../drift/drift-reference.ts'
import type { PersistedDrift } from '../drift/drift-state.ts'
import { answersIn, findDrift, followWindows, type ShownWindow, showWindow } from '../drift/follow-windows.ts'
import { emptyWindow, type Learned, predictionIn } from '../drift/learned.ts'
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
  readonly learned: Learned
  /** Where the prediction is judged, files of the log that has the answers; else none. */
  readonly log: readonly SourceFile[]
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
  /** What the log has of them; null where the prediction is not judged. */
  readonly answers: Omit<LoggedAnswers, 'sample'> | null
}

/** A window of an hour over half a year. */
const mostWindows = 5000

/** Judges the closed windows of the rows that the pinned snapshot does not hold, each once, beside what a release learned. */
export async function judgeNewRows(asked: NewRowsToJudge, signal?: AbortSignal): Promise<Read<JudgedNewRows>> {
  const { project, release, learned, past, now } = asked
  const counted = await countNewBlocks(asked, signal)
  if (!counted.ok) return counted
  const { blocks, blockRows, rows, timelessRows, reachedMs, answers } = counted.value
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

interface NewBlocks extends CountedBlocks, Pick<JudgedNewRows, 'answers'> {
  readonly reachedMs: number
}

async function countNewBlocks(
  { project, contracts, files, pinned, learned, log, release, now }: NewRowsToJudge,
  signal?: AbortSignal,
): Promise<Read<NewBlocks>> {
  const inputs = [...allFiles(files), ...pinned, ...log]
  await using engine = await openReading({ files: inputs }, signal)
  try {
    const wrong = await loadNewRows(engine, project, contracts, files, pinned)
    if (wrong.length > 0) return { ok: false, diagnostics: wrong }
    const rows = { engine, relation: loadedRows, project, contract: contracts.whole }
    const everything = { afterMs: null, untilMs: null }
    const reasons = learned.inputs.columns.flatMap((column) =>
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
    const reachedMs = past?.untilMs ?? -Infinity
    if (!learned.prediction) return { ok: true, value: { ...counted, reachedMs, answers: null } }
    const answered = await countAnswers(rows, learned, log, release)
    if (!answered.ok) return answered
    const { blocks, answers } = answered.value
    return { ok: true, value: { ...counted, reachedMs, answers, blocks: withAnswers(counted.blocks, learned, blocks) } }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, inputs)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

/** What the release answered the rows, window by window. */
async function countAnswers(
  rows: ContractRows,
  learned: Learned,
  files: readonly SourceFile[],
  release: string,
): Promise<Read<Pick<CountedBlocks, 'blocks'> & Pick<JudgedNewRows, 'answers'>>> {
  const { project } = rows
  const log = await describeFiles(rows.engine, files)
  if (!log.ok) return log
  const loaded = await loadLoggedAnswers(rows, log.value, release)
  if (!loaded.ok) return loaded
  const { sample, ...answers } = loaded.value
  const [column] = learned.prediction?.columns ?? []
  const as = column?.kind === 'not judged' ? column.because : answerKind(project.model)
  const counted = await countBlocks(sample, {
    time: answerColumns.time,
    originMs: blockTerms.originMs,
    blockMs: project.drift.windowMs,
    mostBlocks: mostWindows,
    columns: [{ name: answerColumns.answer, as }],
    mostTexts: Infinity,
    ids: { numbers: ownNumbers, minRows: Infinity },
  })
  return { ok: true, value: { blocks: counted?.blocks ?? [], answers } }
}

/** Windows without an answer have that column, too: nothing is known of it there. */
function withAnswers(blocks: readonly DataBlock[], learned: Learned, answered: readonly DataBlock[]): DataBlock[] {
  const name = predictionIn(learned) ?? ''
  const byStart = new Map(answered.map((block) => [block.sinceMs, block]))
  return blocks.map((block) => {
    const own = byStart.get(block.sinceMs)?.columns.get(answerColumns.answer)
    const column = own ?? emptyWindow(learned, block).columns.get(name)
    return column ? { ...block, columns: new Map([...block.columns, [name, column]]) } : block
  })
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
