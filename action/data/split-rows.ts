import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Diagnostic, Read } from '../base/diagnostic.ts'
import type { Contract } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { type Engine, openEngine } from './engine.ts'
import type { TimeType } from './event-time.ts'
import { copyTo } from './make-features.ts'
import { coveredSql, placeSql, rowScoreSql, type SplitColumns, sampleSql } from './place-rows.ts'
import { type Moment, momentOf, momentWords, planSplit, type SplitPlan, spanOf, testRows } from './plan-split.ts'
import { quoteName, quotePath } from './quote.ts'
import { rowIdColumn, sqlTypes } from './read-source.ts'

export interface SplitInput {
  readonly project: Project
  readonly contract: Contract
  /** The newest event time of the snapshot, as the lock has it. */
  readonly until: string | null
  /** Made by `computeFeatures()`. */
  readonly featuresFile: string
  readonly rowsFile: string
  /** Where the four files are written; it is made where it is not there. */
  readonly folder: string
  /** At most so many rows are kept, of each set and of each class their share, and at least one where it fits. */
  readonly sampleRows?: number
}

export interface SplitResult {
  readonly train: number
  readonly gap: number
  readonly test: number
  /** What the refit learns: training, gap and test together. */
  readonly whole: number
  /** Why → how many rows are in none of them. */
  readonly leftOut: Readonly<Record<string, number>>
  readonly by: 'time' | 'group' | 'id'
  /** The first moment of the test set, as the lock writes moments; null without a time. */
  readonly testFrom: string | null
  /** Training ends before this moment. */
  readonly trainBefore: string | null
  /** The last moment whose labels count. */
  readonly until: string | null
}

/**
 * Writes `train.parquet` (id, features, target), `test.parquet` (id, features), `truth.parquet` (the test rows' id,
 * contract and feature columns) and `whole.parquet` (id, features, target, for the refit), each in the order of the ids.
 * Where a set would be empty, or plumbline.yaml asks for what the time cannot tell, diagnostics at `split:`.
 */
export async function splitRows(input: SplitInput, signal?: AbortSignal): Promise<Read<SplitResult>> {
  const tempFolder = join(input.folder, '.duckdb-temp')
  await mkdir(input.folder, { recursive: true })
  try {
    await using engine = await openEngine({ tempFolder, ...(signal && { signal }) })
    const types = await columnTypes(engine, input.rowsFile)
    const time = timeOf(input, types)
    if (!time.ok) return time
    const columns = columnsOf(input.project, types)
    const plan = await plannedSplit(engine, input, columns, time.value)
    if (!plan.ok) return plan
    const result = await placeRows(engine, input, plan.value)
    if (result.ok) await writeSets(engine, input, columns)
    return result
  } finally {
    await rm(tempFolder, { recursive: true, force: true })
  }
}

/** Column → DuckDB's type of it. */
type ColumnTypes = ReadonlyMap<string, string>

async function columnTypes(engine: Engine, file: string): Promise<ColumnTypes> {
  const rows = await engine.query<{ column_name: string; column_type: string }>(
    `DESCRIBE SELECT * FROM read_parquet(${quotePath(file)})`,
  )
  return new Map(rows.map(({ column_name, column_type }) => [column_name, column_type]))
}

type SplitTime = { readonly type: TimeType; readonly until: Moment } | undefined

function timeOf({ project, contract, until }: SplitInput, types: ColumnTypes): Read<SplitTime> {
  const { time } = project.model
  if (time === undefined) return { ok: true, value: undefined }
  const type = timeTypes.find((name) => sqlTypes[name] === types.get(time))
  if (type === undefined) {
    const column = contract.columns.find(({ name }) => name === time)
    const place = { file: contract.file, line: column?.line ?? 1, column: 1 }
    const message = `Cannot split by "${time}": it is a ${column?.logicalType ?? 'column that the contract lacks'}; expected timestamp, date or integer`
    return failed({ code: 'data/time-type', ...place, message, remedy: 'Mend its logicalType, or model.time.' })
  }
  const moment = momentOf(type, until ?? '')
  if (moment !== undefined) return { ok: true, value: { type, until: moment } }
  const message = `Cannot split by "${time}": the snapshot ends at "${until ?? 'null'}", which is no ${type}`
  const remedy = 'Run plumbline snapshot, which pins the newest moment anew.'
  return failed({ code: 'split/until', file: 'data.lock.yaml', line: 1, column: 1, message, remedy })
}

const timeTypes: readonly TimeType[] = ['integer', 'date', 'timestamp']

async function plannedSplit(
  engine: Engine,
  input: SplitInput,
  columns: SplitColumns,
  time: SplitTime,
): Promise<Read<SplitPlan>> {
  const { split, data } = input.project
  const delayMs = data.labels?.delayMs ?? 0
  const span = time && spanOf(split, delayMs, time.until)
  const score = rowScoreSql(columns, time?.type, span)
  const scored = `SELECT ${score} FROM read_parquet(${quotePath(input.rowsFile)})`
  const coverage = data.labels?.coverage
  const covered = time && coverage !== undefined ? coveredSql(scored, time.type, coverage) : scored
  await engine.run(`CREATE TEMP TABLE scored AS ${covered}`)
  const [counted] = await engine.query<{ rows: number }>('SELECT count(*) AS rows FROM scored WHERE reason IS NULL')
  const rank = testRows(split.test, counted?.rows ?? 0, time !== undefined)
  const atRank = rank === undefined ? undefined : await scoreAtRank(engine, rank, time ? 'DESC' : 'ASC')
  const planned = planSplit({ split, delayMs, ...(time && { time }), ...(atRank !== undefined && { atRank }) })
  if (planned.ok) return { ok: true, value: planned.plan }
  const place = { file: input.project.file, line: split.line, column: 1 }
  return { ok: false, diagnostics: planned.problems.map((problem) => ({ ...problem, ...place })) }
}

/** The last row's where there are fewer rows. */
async function scoreAtRank(engine: Engine, rank: number, order: 'ASC' | 'DESC'): Promise<number | undefined> {
  const [row] = await engine.query<{ score: number }>(
    `SELECT ${order === 'ASC' ? 'max' : 'min'}(score) AS score
     FROM (SELECT score FROM scored WHERE reason IS NULL ORDER BY score ${order} LIMIT ${rank})`,
  )
  return row?.score ?? undefined
}

async function placeRows(engine: Engine, input: SplitInput, plan: SplitPlan): Promise<Read<SplitResult>> {
  const hasGroup = input.project.model.group !== undefined
  for (const statement of placeSql(plan, hasGroup)) await engine.run(statement)
  if (input.sampleRows !== undefined) {
    const { model } = input.project
    const target = { file: input.rowsFile, id: quoteName(model.id ?? rowIdColumn), column: quoteName(model.target) }
    await engine.run(sampleSql(input.sampleRows, target, model))
  }
  const counted = await engine.query<{ place: string; rows: number }>(
    'SELECT place, count(*) AS rows FROM placed GROUP BY place ORDER BY place',
  )
  const counts = new Map(counted.map(({ place, rows }) => [place, rows]))
  const countOf = (place: string) => counts.get(place) ?? 0
  const [train, gap, test] = [countOf('train'), countOf('gap'), countOf('test')]
  const leftOut = Object.fromEntries([...counts].filter(([place]) => !sets.has(place)))
  if (train === 0 || test === 0) return failed(emptySet(input.project, { train, gap, test }, leftOut))

  const [whole] = await engine.query<{ rows: number }>('SELECT count(*) AS rows FROM placed WHERE is_whole')
  const sizes = { train, gap, test, whole: whole?.rows ?? 0, leftOut }
  if (plan.kind === 'hash') {
    const by = hasGroup ? 'group' : 'id'
    return { ok: true, value: { ...sizes, by, testFrom: null, trainBefore: null, until: null } }
  }
  const words = (moment: Moment) => momentWords(plan.type, moment)
  const moments = { testFrom: words(plan.cut), trainBefore: words(plan.trainEnd), until: words(plan.end) }
  return { ok: true, value: { ...sizes, by: 'time', ...moments } }
}

type Places = Readonly<Record<'train' | 'gap' | 'test', number>>
const sets: ReadonlySet<string> = new Set(['train', 'gap', 'test'])

function emptySet(project: Project, sizes: Places, leftOut: Readonly<Record<string, number>>): Diagnostic {
  const empty = sizes.train === 0 ? 'training' : 'the test set'
  const rest = Object.entries({ ...sizes, ...leftOut }).map(([place, rows]) => `${place} ${rows}`)
  return {
    code: sizes.train === 0 ? 'split/empty-train' : 'split/empty-test',
    file: project.file,
    line: project.split.line,
    column: 1,
    message: `Cannot split the rows: none is left for ${empty} (${rest.join(', ')})`,
    remedy:
      sizes.train === 0 && sizes.test > 0
        ? 'Make split.test or split.gap smaller, split.window larger, or wait for more data.'
        : 'Make split.test larger, or wait for more data or labels.',
  }
}

async function writeSets(engine: Engine, input: SplitInput, { id, target }: SplitColumns): Promise<void> {
  const source = `read_parquet(${quotePath(input.featuresFile)})`
  const rows = `read_parquet(${quotePath(input.rowsFile)})`
  const learnt = `SELECT f.*, r.${target} FROM ${source} f JOIN ${rows} r USING (${id}) JOIN placed p ON f.${id} = p.id`
  const extra = await columnsBeyond(engine, input.featuresFile, input.rowsFile)
  const selects = {
    train: `${learnt} WHERE p.place = 'train' ORDER BY f.${id}`,
    whole: `${learnt} WHERE p.is_whole ORDER BY f.${id}`,
    test: `SELECT f.* FROM ${source} f JOIN placed p ON f.${id} = p.id WHERE p.place = 'test' ORDER BY f.${id}`,
    truth: `SELECT r.*${extra} FROM ${rows} r JOIN ${source} f USING (${id}) JOIN placed p ON r.${id} = p.id
      WHERE p.place = 'test' ORDER BY r.${id}`,
  }
  const files = Object.entries(selects).map(([name, select]) => ({
    path: join(input.folder, `${name}.parquet`),
    select,
  }))
  for (const { path, select } of files) await engine.run(copyTo(`${path}.draft`, select))
  for (const { path } of files) await rename(`${path}.draft`, path)
}

/** The features that are not contract columns already; a column that is both is shown as it was read. */
async function columnsBeyond(engine: Engine, featuresFile: string, rowsFile: string): Promise<string> {
  const known = new Set([...(await columnTypes(engine, rowsFile)).keys()].map((name) => name.toLowerCase()))
  const beyond = [...(await columnTypes(engine, featuresFile)).keys()].filter((name) => !known.has(name.toLowerCase()))
  return beyond.map((name) => `, f.${quoteName(name)}`).join('')
}

function columnsOf(project: Project, types: ColumnTypes): SplitColumns {
  const { name, id, target, time, group } = project.model
  return {
    salt: name,
    id: quoteName(id ?? rowIdColumn),
    target: quoteName(target),
    targetMayBeNan: types.get(target) === 'DOUBLE',
    ...(time !== undefined && { time: quoteName(time) }),
    ...(group !== undefined && { group: quoteName(group) }),
  }
}

function failed(diagnostic: Diagnostic): Read<never> {
  return { ok: false, diagnostics: [diagnostic] }
}
