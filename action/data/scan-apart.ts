import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { packageFolder } from '../base/package-folder.ts'
import { type CsvFileToScan, type ScannedCsvFile, scanCsvFile } from './scan-csv-file.ts'

/** Scans large files on a core of their own, so that this one is free to hash them; undefined where one is not plain. */
export async function scanApart(
  files: readonly CsvFileToScan[],
  signal?: AbortSignal,
): Promise<readonly (ScannedCsvFile | undefined)[]> {
  if (files.length === 0) return []
  const worker = workerFile()
  // From source, before a build.
  if (worker === undefined) return await oneByOne(files)
  return await new Promise((resolve, reject) => {
    const found: (ScannedCsvFile | undefined)[] = []
    const thread = new Worker(worker, { workerData: files })
    const stop = () => {
      thread.terminate().catch(() => undefined)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
    thread.on('message', (scanned: ScannedCsvFile | null) => found.push(scanned ?? undefined))
    thread.on('error', reject)
    thread.on('exit', () => {
      signal?.removeEventListener('abort', stop)
      resolve(files.map((_, place) => found[place]))
    })
  })
}

async function oneByOne(files: readonly CsvFileToScan[]): Promise<(ScannedCsvFile | undefined)[]> {
  const found: (ScannedCsvFile | undefined)[] = []
  for (const file of files) found.push(await scanCsvFile(file))
  return found
}

/** Beside the running file in the bundle, which has its parts in a folder of their own; from source, in the built `dist/`. */
function workerFile(): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url))
  const places = [
    join(here, 'scan-worker.js'),
    join(here, '../scan-worker.js'),
    join(packageFolder(), 'dist/scan-worker.js'),
  ]
  return places.find((file) => existsSync(file))
}
