import { closeSync, openSync, readSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { askWorker } from './ask-worker.ts'
import { type CsvPiece, countCsvPiece } from './count-csv-piece.ts'
import type { FileFacts } from './file-facts.ts'
import { stateOf } from './file-state.ts'
import { type CsvPart, plainCsv } from './plain-csv.ts'
import { headLines, type PlainStart } from './plan-plain-csv.ts'
import type { SourceFile } from './source-file.ts'

/** A large file that looks plain at its beginning. */
export interface LargeCsv {
  readonly file: SourceFile
  readonly start: PlainStart
}

const headBytes = 1 << 20
const pieceBytes = 32 << 20
/** Starting a thread takes as long as counting so much. */
const bytesWorthAThread = 16 << 20

/** Looks at the beginning of a file; undefined where DuckDB should look at the whole. Throws what reading a file throws. */
export function startLargeCsv(
  file: SourceFile,
  planOf: (file: SourceFile, head: Buffer) => PlainStart | undefined,
): LargeCsv | undefined {
  const buffer = Buffer.allocUnsafe(headBytes)
  const handle = openSync(file.absolutePath, 'r')
  try {
    const head = buffer.subarray(0, readSync(handle, buffer, 0, headBytes, 0))
    const start = planOf(file, head)
    if (!start || !hasLines(head, headLines)) return undefined
    const lines = head.subarray(start.bodyStart, head.lastIndexOf(10) + 1)
    return plainCsv(start.plan).take(lines) ? { file, start } : undefined
  } finally {
    closeSync(handle)
  }
}

/** Fewer lines would be another beginning than the one that tells how a file is read. */
function hasLines(head: Buffer, lines: number): boolean {
  let at = -1
  for (let line = 0; line < lines; line += 1) {
    at = head.indexOf(10, at + 1)
    if (at === -1) return false
  }
  return true
}

/**
 * Counts the rows of large files on every core but the one that hashes them. A file that turns out not to be plain, or that
 * changed meanwhile, is left out. Aborted, it throws the signal's reason.
 */
export async function countLargeCsv<Large extends LargeCsv>(
  files: readonly Large[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<Large, FileFacts>> {
  const open = new Set(files)
  const parts = new Map<Large, CsvPart[]>(files.map((file) => [file, []]))
  await countAll(
    files.flatMap((file) => piecesOf(file)),
    (large) => open.has(large),
    (large, part) => {
      if (part) parts.get(large)?.push(part)
      else open.delete(large)
    },
    signal,
  )
  const facts = new Map<Large, FileFacts>()
  for (const large of open) {
    const csv = plainCsv(large.start.plan)
    const isPlain = (parts.get(large) ?? []).every((part) => csv.add(part))
    if (isPlain && (await isUnchanged(large.file))) facts.set(large, { ...csv.rows(), columns: large.start.columns })
  }
  return facts
}

interface Task<Large> {
  readonly large: Large
  readonly piece: CsvPiece
}

function piecesOf<Large extends LargeCsv>(large: Large): Task<Large>[] {
  const { file, start } = large
  const { plan, bodyStart } = start
  const starts = Array.from({ length: Math.ceil(file.bytes / pieceBytes) }, (_, i) =>
    Math.max(bodyStart, i * pieceBytes),
  )
  return starts.flatMap((from, i) => {
    const end = Math.min(file.bytes, (i + 1) * pieceBytes)
    return from < end ? [{ large, piece: { absolutePath: file.absolutePath, plan, bodyStart, start: from, end } }] : []
  })
}

async function countAll<Large>(
  tasks: readonly Task<Large>[],
  isWanted: (large: Large) => boolean,
  note: (large: Large, part: CsvPart | undefined) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const bytes = tasks.reduce((sum, { piece }) => sum + piece.end - piece.start, 0)
  // One core hashes meanwhile, which takes the longest.
  const threads = Math.min(Math.max(1, availableParallelism() - 1), Math.floor(bytes / bytesWorthAThread))
  const waiting = tasks.values()
  const work = async (count: (piece: CsvPiece) => Promise<CsvPart | undefined>) => {
    for (const { large, piece } of waiting) {
      signal?.throwIfAborted()
      if (isWanted(large)) note(large, await count(piece))
    }
  }
  if (threads === 0) return await work(async (piece) => countCsvPiece(piece))
  await Promise.all(
    Array.from({ length: threads }, async () => {
      await using worker = askWorker<CsvPiece, CsvPart>('csv-worker', { signal })
      await work(async (piece) => await worker.ask(piece))
    }),
  )
}

async function isUnchanged({ absolutePath, state }: SourceFile): Promise<boolean> {
  const now = await stat(absolutePath, { bigint: true }).catch(() => undefined)
  return now !== undefined && stateOf(now) === state
}
