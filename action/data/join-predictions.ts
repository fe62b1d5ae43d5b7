import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { JudgedRows } from '../evaluation/judged-rows.ts'
import { type Contract, isClassified } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { checkPredictionColumns, checkPredictions, type PredictionProblem } from './check-predictions.ts'
import { describeFiles } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { makePredictionTables, type PredictionTables } from './prediction-table.ts'
import { quoteName, quoteText } from './quote.ts'
import { openReading } from './reading-engine.ts'
import type { DescribedFile, SourceFile } from './source-file.ts'

export interface JoinInput {
  readonly project: Project
  /** Says which values may be shown, in messages and as slices' names; without it all may. */
  readonly contract?: Contract
  /** Whether messages may name rows by their ids; true by default. */
  readonly showsRows?: boolean
  /** `truth.parquet` of the split. */
  readonly truthFile: string
  /** What the stage `predict` wrote, Parquet or CSV by its ending. */
  readonly predictionsFile: string
  /** Hexadecimal. With it the rows get pseudonyms, each of the salt and the id. */
  readonly salt?: string
  readonly signal?: AbortSignal
}

/**
 * The test rows with their truth and what the model said of them, in the order of the ids. Everything that is wrong with
 * the predictions is told in one go, at the stage's line, with counts and a few ids.
 */
export async function joinPredictions(input: JoinInput): Promise<Read<JudgedRows>> {
  const { project, truthFile, signal } = input
  const found = await findPredictions(input)
  if (!found.ok) return found
  await using engine = await openReading({ files: [found.value], otherPaths: [truthFile] }, signal)
  const file = await describePredictions(engine, project, found.value)
  if (!file.ok) return file
  const lacking = checkPredictionColumns(project.model, file.value, input.contract)
  if (lacking.length > 0) return failed(project, lacking)
  try {
    const tables = await makePredictionTables(engine, project.model, truthFile, file.value)
    const problems = await checkPredictions(engine, project.model, tables, input)
    if (problems.length > 0) return failed(project, problems)
    const slices = await checkSlices(engine, project)
    if (slices.length > 0) return { ok: false, diagnostics: slices }
    return { ok: true, value: await judgedRows(engine, input, tables) }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, [file.value])
    if (!diagnostic) throw error
    return failed(project, [unreadable(diagnostic)])
  }
}

async function findPredictions({ predictionsFile, project }: JoinInput): Promise<Read<SourceFile>> {
  const found = await stat(predictionsFile).catch(() => undefined)
  if (!found?.isFile()) {
    const state = `there is no file ${basename(predictionsFile)}; expected one`
    const remedy = 'Write Parquet to the path in PLUMBLINE_OUT_PREDICTIONS, or CSV beside it under .csv.'
    return failed(project, [{ code: 'stage/predictions-file', state, remedy }])
  }
  return { ok: true, value: { path: basename(predictionsFile), absolutePath: predictionsFile, bytes: found.size } }
}

async function describePredictions(engine: Engine, project: Project, file: SourceFile): Promise<Read<DescribedFile>> {
  const described = await describeFiles(engine, [file])
  if (!described.ok) return failed(project, described.diagnostics.map(unreadable))
  const [value] = described.value
  return value ? { ok: true, value } : failed(project, [])
}

function unreadable({ message }: Diagnostic): PredictionProblem {
  const state = message.replace(/^Cannot read /, '').replace(/^./, (letter) => letter.toLowerCase())
  return { code: 'stage/predictions-file', state, remedy: 'Mend what the stage predict writes.' }
}

function failed(project: Project, problems: readonly PredictionProblem[]): Read<never> {
  const line = project.stages.find(({ name }) => name === 'predict')?.line ?? 1
  const diagnostics = problems.map(({ code, state, remedy }) => {
    return { code, file: project.file, line, column: 1, message: `Cannot judge the predictions: ${state}`, remedy }
  })
  return { ok: false, diagnostics }
}

function sliceColumns(project: Project): readonly string[] {
  return [...new Set(project.gates.flatMap(({ by }) => by))]
}

async function checkSlices(engine: Engine, project: Project): Promise<Diagnostic[]> {
  const described = await engine.query<{ column_name: string }>('DESCRIBE truth')
  const known = described.map(({ column_name }) => column_name).filter((name) => name !== 'truth value')
  return project.gates.flatMap((gate) =>
    gate.by
      .filter((name) => !known.includes(name))
      .map((name) => {
        const near = nearestName(name, known)
        return {
          code: 'gate/unknown-column',
          file: project.file,
          line: gate.line,
          column: 1,
          message: `Cannot slice gate "${gate.name}" by "${name}": neither the contract nor features.sql has such a column`,
          remedy: near ? `Did you mean "${near}"?` : `There are ${known.join(', ')}.`,
        }
      }),
  )
}

async function judgedRows(engine: Engine, input: JoinInput, tables: PredictionTables): Promise<JudgedRows> {
  const { project, contract } = input
  const { task } = project.model
  const slices = sliceColumns(project)
  const classes = [...new Set([...tables.truthClasses, ...tables.probabilities.keys()])].sort()
  const id = quoteName(tables.id)
  const selected = [
    ...(input.salt === undefined ? [] : [`sha256(${quoteText(input.salt)} || CAST(t.${id} AS VARCHAR)) AS pseudonym`]),
    ...slices.map((name, index) => `${sliceName(name, contract)} AS slice_${index}`),
    't."truth value" AS truth',
    'p.predicted AS predicted',
    ...(task === 'regression' ? [] : probabilityColumns(tables, task === 'binary' ? [tables.positive ?? ''] : classes)),
  ]
  const columns = await engine.columns(
    `SELECT ${selected.join(', ')} FROM truth t JOIN predictions p ON t.${id} = p.id ORDER BY t.${id}`,
  )
  const truth = columns['truth'] ?? []
  const predicted = columns['predicted'] ?? []
  const rows = truth.length
  const common = {
    rows,
    slices: Object.fromEntries(slices.map((name, index) => [name, textsOf(columns[`slice_${index}`])])),
    ...(input.salt !== undefined && { pseudonyms: (columns['pseudonym'] ?? []).map(String) }),
  }
  if (task === 'regression') {
    return { ...common, task, truth: Float64Array.from(truth, Number), predicted: Float64Array.from(predicted, Number) }
  }
  if (task === 'binary') {
    const isPositive = (value: unknown) => (value === tables.positive ? 1 : 0)
    const probability = Float64Array.from(columns['probability_0'] ?? [], Number)
    return {
      ...common,
      task,
      truth: Uint8Array.from(truth, isPositive),
      predicted: Uint8Array.from(predicted, isPositive),
      probability,
    }
  }
  const places = new Map<unknown, number>(classes.map((name, index) => [name, index]))
  const placeOf = (value: unknown) => places.get(value) ?? 0
  const probabilities = new Float64Array(rows * classes.length)
  for (const place of classes.keys()) {
    for (const [row, value] of (columns[`probability_${place}`] ?? []).entries()) {
      probabilities[row * classes.length + place] = Number(value)
    }
  }
  return {
    ...common,
    task,
    classes: isHidden(project.model.target, contract) ? classes.map((_, place) => `value ${place + 1}`) : classes,
    truth: Uint32Array.from(truth, placeOf),
    predicted: Uint32Array.from(predicted, placeOf),
    probabilities,
  }
}

/** The value as text; of a classified column only its place among the values: `value 3`. */
function sliceName(name: string, contract: Contract | undefined): string {
  const value = `t.${quoteName(name)}`
  if (!isHidden(name, contract)) return `CAST(${value} AS VARCHAR)`
  return `CASE WHEN ${value} IS NOT NULL THEN 'value ' || dense_rank() OVER (ORDER BY ${value}) END`
}

function isHidden(name: string, contract: Contract | undefined): boolean {
  return isClassified(contract?.columns.find((column) => column.name === name))
}

/** Clipped to 0 … 1 within the tolerance that was checked; 0 for a class that the model does not know. */
function probabilityColumns(tables: PredictionTables, classes: readonly string[]): string[] {
  return classes.map((name, index) => {
    const column = tables.probabilities.get(name)
    const value = column === undefined ? '0' : `least(1, greatest(0, p.${quoteName(column)}))`
    return `${value} AS probability_${index}`
  })
}

/** They are VARCHAR or NULL. */
function textsOf(values: readonly unknown[] = []): (string | null)[] {
  return values.map((value) => (typeof value === 'string' ? value : null))
}
