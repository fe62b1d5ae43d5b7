import { parentPort, workerData } from 'node:worker_threads'
import { type CsvFileToScan, scanCsvFile } from './scan-csv-file.ts'

// A thread beside the one that hashes: what it finds, it sends file by file, in their order.
for (const file of workerData as readonly CsvFileToScan[]) {
  const scanned = await scanCsvFile(file).catch(() => undefined)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, which has no origin
  parentPort?.postMessage(scanned ?? null)
}
