import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Contract, ContractColumn } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { describeFiles } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { inferTimeType, isTimeType } from './event-time.ts'
import type { FileFacts } from './file-facts.ts'
import { mapInParallel } from './map-in-parallel.ts'
import { measureFiles, type TimeColumn } from './measure-files.ts'
import { feedingColumn } from './read-source.ts'
import { openReading } from './reading-engine.ts'
import type { DescribedFile, SourceFile } from './source-file.ts'
import { isLfsPointer } from './stores/git-store.ts'

export interface FileToMeasure {
  readonly file: SourceFile
  /** Of the first source, whose rows have a time. */
  readonly isOrdered: boolean
}

/** Lets DuckDB count the rows of files, and find their oldest and newest moments. What is wrong with them is told in one go. */
export async function askEngine<Item extends FileToMeasure>(
  project: Project,
  contract: Contract | undefined,
  items: readonly Item[],
  signal?: AbortSignal,
): Promise<Read<ReadonlyMap<Item, FileFacts>>> {
  if (items.length === 0) return { ok: true, value: new Map() }
  const pointers = await lfsPointers(items.map(({ file }) => file))
  if (pointers.length > 0) return { ok: false, diagnostics: pointers }

  await using engine = await openReading({ files: items.map(({ file }) => file) }, signal)
  const ordered = items.filter(({ isOrdered }) => isOrdered)
  const others = items.filter(({ isOrdered }) => !isOrdered)
  const parts = [
    await factsOf(engine, project, contract, ordered, project.model.time),
    await factsOf(engine, project, contract, others, undefined),
  ]
  const diagnostics = parts.flatMap((part) => (part.ok ? [] : part.diagnostics))
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  return { ok: true, value: new Map(parts.flatMap((part) => (part.ok ? part.value : []))) }
}

async function factsOf<Item extends FileToMeasure>(
  engine: Engine,
  project: Project,
  contract: Contract | undefined,
  items: readonly Item[],
  time: string | undefined,
): Promise<Read<readonly (readonly [Item, FileFacts])[]>> {
  const files = items.map(({ file }) => file)
  const described = await describeFiles(engine, files)
  if (!described.ok) return described
  try {
    const column = time === undefined ? undefined : await timeColumn(engine, contract, described.value, time)
    if (column && !column.ok) return column
    const spans = await measureFiles(engine, described.value, column?.value)
    return {
      ok: true,
      value: items.flatMap((item, place) => {
        const span = spans[place]
        const columns = described.value[place]?.columns.map(({ name }) => name)
        return span && columns ? [[item, { ...span, columns }] as const] : []
      }),
    }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function timeColumn(
  engine: Engine,
  contract: Contract | undefined,
  files: readonly DescribedFile[],
  time: string,
): Promise<Read<TimeColumn>> {
  const column = contract?.columns.find(({ name }) => name === time) ?? unknownColumn(time)
  const lacking = files.filter((file) => !feedingColumn(file, column))
  if (lacking.length > 0) return { ok: false, diagnostics: lacking.map((file) => lacksTime(file, time)) }
  const type = column.line > 0 ? column.logicalType : await inferTimeType(engine, files, column)
  if (isTimeType(type)) return { ok: true, value: { ...column, logicalType: type } }
  return { ok: false, diagnostics: [noTimeType(contract?.file ?? '', column)] }
}

/** Line 0: no contract says anything about it. */
function unknownColumn(name: string): ContractColumn {
  return { name, logicalType: 'timestamp', line: 0, aliases: [], rules: [] }
}

async function lfsPointers(files: readonly SourceFile[]): Promise<Diagnostic[]> {
  const flags = await mapInParallel(files, 16, ({ absolutePath, bytes }) =>
    bytes < 1024 ? isLfsPointer(absolutePath) : Promise.resolve(false),
  )
  return files
    .filter((_, index) => flags[index])
    .map(({ path }) => ({
      code: 'data/lfs-pointer',
      file: path,
      line: 1,
      column: 1,
      message: `Cannot pin "${path}": it is a Git LFS pointer; expected its bytes`,
      remedy: 'Run git lfs pull; in a workflow, give actions/checkout lfs: true.',
    }))
}

function lacksTime(file: DescribedFile, time: string): Diagnostic {
  const near = nearestName(
    time,
    file.columns.map(({ name }) => name),
  )
  return {
    code: 'data/no-time',
    file: file.path,
    line: 1,
    column: 1,
    message: `Cannot pin "${file.path}": it has no column "${time}"; expected the model's time`,
    remedy: near
      ? `It has "${near}": rename it, or add it to the aliases of "${time}" in the contract.`
      : 'Mend the file, or name another column at model.time.',
  }
}

function noTimeType(contractFile: string, column: ContractColumn): Diagnostic {
  return {
    code: 'data/time-type',
    file: contractFile,
    line: column.line,
    column: 1,
    message: `Cannot order rows by "${column.name}": it is a ${column.logicalType}; expected timestamp, date or integer`,
    remedy: 'Mend its logicalType, or name another column at model.time.',
  }
}
