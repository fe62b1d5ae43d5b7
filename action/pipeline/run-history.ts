import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { writeWhole } from '../base/write-whole.ts'
import { parseRunRecord } from './parse-run-record.ts'
import type { RunRecord } from './run-record.ts'

/** A file that should hold a record and does not, as far as it can be told. */
export interface RecordProblem {
  /** Relative to the project. */
  readonly file: string
  readonly problem: 'cut' | 'newer' | 'no record' | 'no file' | 'too large'
  /** The first place that is not as expected: `record.stages[0].seconds`. */
  readonly where?: string
}

export interface LocalRuns {
  /** Every execution that is known, in no order; some may be told twice. */
  readonly records: readonly RunRecord[]
  readonly problems: readonly RecordProblem[]
}

/** Far more than a record of thousands of stages and slices. */
const largestBytes = 64 << 20

/**
 * `run.json` is of the run key, and a later run from the cache writes it anew; what each execution took stays in a file of
 * its own, so that what was spent is never forgotten. One in which nothing ran spent nothing and leaves none.
 */
export async function keepExecution(folder: string, record: RunRecord, text: string): Promise<void> {
  const place = join(historyFolder(folder), nameOf(record))
  if (!hasSpent(record)) return rm(place, { force: true })
  await writeWhole(place, text)
}

/** Whether a program of a stage ran, or may have: then the execution took something. */
export function hasSpent({ outcome, stages, jobs = [] }: RunRecord): boolean {
  if (outcome === 'failed' || outcome === 'interrupted') return true
  return jobs.length === 0
    ? stages.some((stage) => stage.outcome === 'done' || stage.outcome === 'failed')
    : jobs.some(({ ran, runner }) => ran.length > 0 || runner !== undefined)
}

/** Every execution that left a record here. What cannot be read is told and left out. */
export async function readLocalRuns(folder: string): Promise<LocalRuns> {
  const files = [...(await historyFiles(folder)), ...(await recordFiles(folder))]
  const records: RunRecord[] = []
  const problems: RecordProblem[] = []
  for (const file of files) {
    const read = await readRecordFile(join(folder, file))
    if ('record' in read) records.push(read.record)
    else problems.push({ file, ...read })
  }
  return { records, problems }
}

function historyFolder(folder: string): string {
  return join(folder, '.plumbline', 'history')
}

/** The last process of an execution names it, so that jobs apart keep apart. */
function nameOf({ runKey, startedAt, jobs = [] }: RunRecord): string {
  const began = jobs.at(-1)?.startedAt ?? startedAt
  return `${began.replace(/[-:.]/g, '')}-${runKey.slice(0, 16)}-${process.pid}.json`
}

async function historyFiles(folder: string): Promise<string[]> {
  const names = await readdir(historyFolder(folder)).catch(() => [])
  return names.filter((name) => name.endsWith('.json')).map((name) => `.plumbline/history/${basename(name)}`)
}

async function recordFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, '.plumbline', 'runs')).catch(() => [])
  const files = names.map((name) => `.plumbline/runs/${name}/run.json`)
  const found = await Promise.all(files.map((file) => lstat(join(folder, file)).catch(() => undefined)))
  return files.filter((_, index) => found[index] !== undefined)
}

/** A record, or what is wrong with the file that should hold one. */
export async function readRecordFile(
  path: string,
): Promise<{ readonly record: RunRecord } | Omit<RecordProblem, 'file'>> {
  const state = await lstat(path).catch(() => undefined)
  if (!state?.isFile()) return { problem: 'no file' }
  if (state.size > largestBytes) return { problem: 'too large' }
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return { problem: 'cut' }
  }
  const parsed = parseRunRecord(value)
  if (parsed.ok) return { record: parsed.record }
  return { problem: parsed.problem, ...(parsed.where !== undefined && { where: parsed.where }) }
}
