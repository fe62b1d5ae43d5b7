import type { Read } from '../base/diagnostic.ts'
import { answerColumns, answerKind } from '../data/answer-sample.ts'
import { type CountedBlocks, countBlocks } from '../data/count-blocks.ts'
import { type BlockTerms, type ContractRows, countContractBlocks, timeSpan } from '../data/count-contract-blocks.ts'
import { describeFiles } from '../data/describe-files.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import type { Engine } from '../data/engine.ts'
import type { PinnedFile, SnapshotFiles } from '../data/fetch-snapshot.ts'
import { type LoggedAnswers, loadLoggedAnswers } from '../data/load-logged-answers.ts'
import { loadedRows, loadNewRows, newFiles } from '../data/load-new-rows.ts'
import { openReading } from '../data/reading-engine.ts'
import { allFiles } from '../data/section-files.ts'
import type { SourceFile } from '../data/source-file.ts'
import type { DataBlock } from '../drift/drift-reference.ts'
import { emptyWindow, type Learned, predictionIn } from '../drift/learned.ts'
import type { Rename } from '../drift/match-renamed-columns.ts'
import type { Project } from '../project/project.ts'
import type { DataContracts } from '../project/read-contract.ts'
import { blockTerms, noIds } from './count-reference.ts'
import { findRenames } from './find-renames.ts'

export interface NewRowsToCount {
  readonly project: Project
  readonly contracts: DataContracts
  /** What lies there now. */
  readonly files: SnapshotFiles
  /** Of the pinned snapshot: what is in it is not new. */
  readonly pinned: readonly PinnedFile[]
  readonly release: string
  readonly learned: Learned
  /** Where the prediction is judged, files of the log that has the answers; else none. */
  readonly log: readonly SourceFile[]
  readonly now: Date
}

export interface NewBlocks extends CountedBlocks {
  /** The newest time of a row that is not in the future, milliseconds since 1970. */
  readonly reachedMs: number
  /** Null where the prediction is not judged. */
  readonly answers: Omit<LoggedAnswers, 'sample'> | null
  /** New names that columns seem to have of which the newest window with rows holds nothing. */
  readonly renames: readonly Rename[]
}

/** A window of an hour over half a year. */
const mostWindows = 5000

/**
 * Counts the rows that the pinned snapshot does not hold in the windows of drift, and where the prediction is judged what
 * the release answered them, as one more column.
 */
export async function countNewBlocks(
  { project, contracts, files, pinned, learned, log, release, now }: NewRowsToCount,
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
      ids: noIds,
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
    const renames = await renamesIn(engine, { contracts, files, pinned }, counted.blocks)
    if (!learned.prediction) return { ok: true, value: { ...counted, reachedMs, answers: null, renames } }
    const answered = await countAnswers(rows, learned, log, release)
    if (!answered.ok) return answered
    const { blocks, answers } = answered.value
    const told = withAnswers(counted.blocks, learned, blocks)
    return { ok: true, value: { ...counted, reachedMs, answers, blocks: told, renames } }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, inputs)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function renamesIn(
  engine: Engine,
  { contracts, files, pinned }: Pick<NewRowsToCount, 'contracts' | 'files' | 'pinned'>,
  blocks: readonly DataBlock[],
): Promise<readonly Rename[]> {
  const newest = blocks.at(-1)
  const isGone = (name: string) => {
    const block = newest?.columns.get(name)
    return block !== undefined && 'values' in block && block.rows > 0 && block.missing === block.rows
  }
  const [{ contract }] = contracts.tables
  if (!contract.columns.some(({ name }) => isGone(name))) return []
  const fresh = await describeFiles(engine, newFiles(files, pinned))
  if (!fresh.ok) return []
  const openReference = async () => {
    const known = await describeFiles(engine, pinned)
    return known.ok ? known.value : []
  }
  const renames = await findRenames(engine, { files: fresh.value, contract, openReference })
  return renames.filter(({ missing }) => isGone(missing))
}

/** What the release answered the rows, window by window. */
async function countAnswers(
  rows: ContractRows,
  learned: Learned,
  files: readonly SourceFile[],
  release: string,
): Promise<Read<Pick<NewBlocks, 'blocks' | 'answers'>>> {
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
    ids: noIds,
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
