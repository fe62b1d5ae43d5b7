import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { Fault } from '../base/fault.ts'
import { findSourceFiles } from './find-source-files.ts'
import type { SourceFile } from './source-file.ts'

const readable =
  '**/*.{parquet,csv,tsv,json,jsonl,ndjson,csv.gz,csv.zst,tsv.gz,tsv.zst,json.gz,json.zst,jsonl.gz,jsonl.zst}'

/** The files of a prediction log, which others may lie beside. Throws as `findSourceFiles()` does, and `data/no-files`. */
export async function findPredictionLog(folder: string, named: string): Promise<readonly SourceFile[]> {
  const log = resolve(folder, named)
  const there = await stat(log).catch(() => undefined)
  if (!there?.isDirectory()) {
    const state = there ? 'it is a file; expected the folder that it lies in' : 'there is no such folder; expected one'
    throw new Fault('data/no-files', `Cannot read the prediction log "${named}": ${state}`, {
      remedy: 'Name the folder that plumbline score --prediction-log writes.',
    })
  }
  const files = await findSourceFiles(log, [readable])
  return files.map((file) => ({ ...file, path: join(named, file.path) }))
}
