import { parentPort } from 'node:worker_threads'
import type { WorkerWord } from './ask-worker.ts'
import { type CsvPiece, countCsvPiece } from './count-csv-piece.ts'
import type { CsvPart } from './plain-csv.ts'

/** Entry of a thread that counts the rows of plain CSV files: a piece in, what it comes to out. */
parentPort?.on('message', (piece: CsvPiece) => {
  parentPort?.postMessage({ answer: countCsvPiece(piece) } satisfies WorkerWord<CsvPart>, [])
})
