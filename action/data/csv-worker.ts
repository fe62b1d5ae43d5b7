import { parentPort } from 'node:worker_threads'
import { countCsvPiece, type CsvPiece } from './count-csv-piece.ts'

/** Entry of a thread that counts the rows of plain CSV files: a piece in, what it comes to out. */
parentPort?.on('message', (piece: CsvPiece) => {
  parentPort?.postMessage({ part: countCsvPiece(piece) }, [])
})
