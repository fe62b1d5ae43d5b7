import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { describeFiles } from './describe-files.ts'
import type { Engine } from './engine.ts'
import { rawRelation } from './read-source.ts'
import { type Reader, startReader } from './reading-engine.ts'
import type { DescribedFile, SourceFile } from './source-file.ts'

export type RawKind = 'number' | 'text' | 'truth' | 'time' | 'other'

/** A column as its file types it. */
export interface SampleColumn {
  readonly name: string
  readonly type: string
  readonly raw: RawKind
}

/** The rows of one or more files. */
export interface Sample {
  readonly engine: Engine
  readonly files: readonly DescribedFile[]
  /** What SELECT … FROM takes. */
  readonly relation: string
  readonly columns: readonly SampleColumn[]
}

/** Two samples in one process of their own, which ends with them. */
export interface SamplePair extends AsyncDisposable {
  readonly reference: Sample
  readonly current: Sample
}

/** What the process may read ahead: of each of two sides, and of one, where a few groups of rows are read at the same time. */
const [readAheadOfEach, readAheadOfOne] = ['8MB', '64MB']

/** Opens files that nobody vouches for; what is wrong with them is told in one go. The reader ends with what it read. */
export async function openSamples(
  referenceFiles: readonly SourceFile[],
  currentFiles: readonly SourceFile[],
  reader: Reader = startReader(),
): Promise<Read<SamplePair>> {
  const dispose = async () => await reader[Symbol.asyncDispose]()
  try {
    const engine = await reader.open({ files: [...referenceFiles, ...currentFiles], readAhead: readAheadOfEach })
    const [reference, current] = [await sampleOf(engine, referenceFiles), await sampleOf(engine, currentFiles)]
    if (reference.ok && current.ok) {
      return {
        ok: true,
        value: { reference: reference.value, current: current.value, [Symbol.asyncDispose]: dispose },
      }
    }
    await dispose()
    const diagnostics = [reference, current].flatMap((side): readonly Diagnostic[] => (side.ok ? [] : side.diagnostics))
    return { ok: false, diagnostics }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Opens the files of one sample. The reader ends with what it read. */
export async function openSample(
  files: readonly SourceFile[],
  reader: Reader = startReader(),
): Promise<Read<Sample & AsyncDisposable>> {
  const dispose = async () => await reader[Symbol.asyncDispose]()
  try {
    const engine = await reader.open({ files, readAhead: readAheadOfOne })
    const sample = await sampleOf(engine, files)
    if (sample.ok) return { ok: true, value: { ...sample.value, [Symbol.asyncDispose]: dispose } }
    await dispose()
    return sample
  } catch (error) {
    await dispose()
    throw error
  }
}

/** The columns of a relation, as they are typed. */
export async function columnsOf(engine: Engine, relation: string): Promise<SampleColumn[]> {
  const rows = await engine.query<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${relation}`)
  return rows.map((row) => ({ name: row.column_name, type: row.column_type, raw: kindOf(row.column_type) }))
}

async function sampleOf(engine: Engine, files: readonly SourceFile[]): Promise<Read<Sample>> {
  const described = await describeFiles(engine, files)
  if (!described.ok) return described
  const relation = rawRelation(described.value)
  return {
    ok: true,
    value: { engine, files: described.value, relation, columns: await columnsOf(engine, relation) },
  }
}

function kindOf(type: string): RawKind {
  if (/[[(]/.test(type) && !type.startsWith('DECIMAL') && !type.startsWith('ENUM')) return 'other'
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL|FLOAT|DOUBLE)/.test(type)) return 'number'
  if (/^(DATE|TIME)/.test(type)) return 'time'
  if (type === 'BOOLEAN') return 'truth'
  return /^(VARCHAR|ENUM|UUID)/.test(type) ? 'text' : 'other'
}
