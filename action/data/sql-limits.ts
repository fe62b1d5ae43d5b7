import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { locateDuckdb } from './load-duckdb.ts'
import { mostMebibytes } from './most-memory.ts'
import type { SqlAnswer, SqlLimits, SqlRequest, SqlResults } from './sql-request.ts'

/** Most of the memory; what is more spills to the folder. One thread a core unless fewer are given. */
export async function sqlLimits(tempFolder: string, threads?: number): Promise<SqlLimits> {
  return {
    nativeFile: await locateDuckdb(),
    memoryLimit: `${mostMebibytes()}MiB`,
    ...(threads !== undefined && { threads }),
    tempFolder,
  }
}

/** What the child made; its faults are thrown here as if they were this process's. */
export function resultOf<Task extends SqlRequest['task']>(answer: SqlAnswer<Task>): Read<SqlResults[Task]> {
  if (answer.kind === 'made') return { ok: true, value: answer.value }
  if (answer.kind === 'diagnosed') return { ok: false, diagnostics: answer.diagnostics }
  if (answer.kind === 'fault') throw new Fault(answer.code, answer.message, { remedy: answer.remedy })
  throw new Error(`The process that runs SQL failed: ${answer.message}`)
}
