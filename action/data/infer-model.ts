import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { DeclaredEncoding, Task } from '../project/project.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { findJoinKeys } from './find-join-keys.ts'
import { inferColumns } from './infer-columns.ts'
import { inferredContract } from './inferred-contract.ts'
import type { InferredColumn, InferredModel, Role } from './inferred-model.ts'
import { type ExaminedJoin, joinSources } from './join-sources.ts'
import { measureTimes, shareOfTestPositives, shareUnlabelled } from './measure-times.ts'
import { nameJoined } from './name-joined.ts'
import { pickId, pickTarget, pickTask, pickTime } from './pick-roles.ts'
import { quoteName } from './quote.ts'
import { fileColumn, numberColumn, typedRelation } from './read-source.ts'
import { findColumn, nothingToLearnFrom, refuseJoined, refuseModel } from './refuse-model.ts'
import type { Examined } from './settle-spellings.ts'
import { chooseFloor, sortColumns } from './sort-columns.ts'
import type { DescribedFile } from './source-file.ts'

/** What the user said of the model; the rest is inferred. */
export interface ModelWishes {
  readonly target: string
  readonly id?: string
  readonly time?: string
  readonly group?: string
  readonly exclude: readonly string[]
  /** As `split.test`. */
  readonly test?: string
  readonly task?: Task
  /** The class whose probability is judged. */
  readonly positive?: string
  /** Columns that stay features, whatever they tell of the target. */
  readonly keep?: readonly string[]
  /** By column: a pattern of dates, or the mark before decimals. */
  readonly formats?: ReadonlyMap<string, string>
  /** By joined source: the columns of its key. */
  readonly keys?: ReadonlyMap<string, readonly string[]>
}

/** Leaks and strengths are measured on about this many rows. */
const maxSampledRows = 200_000

export interface Examination {
  readonly files: readonly DescribedFile[]
  readonly labelFiles: readonly DescribedFile[]
  readonly columns: readonly Examined[]
  /** Of the labels' files; none where the target is among the rows. */
  readonly labelColumns: readonly Examined[]
  /** Tables that are joined onto the rows. */
  readonly joins: readonly ExaminedJoin[]
  /** Guessed, where the files are no UTF-8. */
  readonly encoding?: DeclaredEncoding
}

/** Files by what they are for. */
export interface FilesByPart<File> {
  readonly files: readonly File[]
  readonly labelFiles: readonly File[]
  readonly joins: readonly FilesToJoin<File>[]
}

export interface FilesToJoin<File> {
  readonly name: string
  readonly files: readonly File[]
  /** Its columns that the rows call otherwise: from its own name to theirs. */
  readonly called?: ReadonlyMap<string, string>
}

/** Reads every value once, before anybody says what it means. A row that cannot be read is diagnosed. */
export async function examineFiles(
  engine: Engine,
  { files, labelFiles, joins }: FilesByPart<DescribedFile>,
  target: string,
): Promise<Read<Examination>> {
  return await diagnosed(allOf({ files, labelFiles, joins }), async () => {
    const columns = await inferColumns(engine, files)
    const labelColumns =
      labelFiles.length > 0 ? await inferColumns(engine, labelFiles, { table: 'plumbline_label_rows' }) : []
    const examined: ExaminedJoin[] = []
    for (const [i, join] of joins.entries()) {
      const table = `plumbline_other_rows_${i}`
      examined.push(await examineJoin(join, await inferColumns(engine, join.files, { table })))
    }
    return { files, labelFiles, columns, labelColumns, joins: examined }

    async function examineJoin(join: FilesToJoin<DescribedFile>, own: readonly Examined[]): Promise<ExaminedJoin> {
      const { name, files: joinedFiles, called = new Map<string, string>() } = join
      const named = nameJoined({ name, columns: own, called }, columns)
      const mayBeKeys = columns.flatMap(({ column }) => (column.name === target ? [] : [column]))
      const joined = { files: joinedFiles, columns: named.map(({ column }) => column) }
      const candidates = await findJoinKeys(engine, { files, columns: mayBeKeys }, joined)
      return { name, files: joinedFiles, columns: named, candidates }
    }
  })
}

function allOf<File>({ files, labelFiles, joins }: FilesByPart<File>): File[] {
  return [...files, ...labelFiles, ...joins.flatMap((join) => join.files)]
}

/**
 * What could be learned from files: the task, what names and orders a row, which columns may be features and which would
 * leak. Throws `init/…` where a wish cannot be met or nothing can be learned.
 */
export async function inferModel(
  engine: Engine,
  examined: Examination,
  wishes: ModelWishes,
): Promise<Read<InferredModel>> {
  return await diagnosed(allOf(examined), () => infer(engine, examined, wishes))
}

async function diagnosed<Value>(files: readonly DescribedFile[], work: () => Promise<Value>): Promise<Read<Value>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, files)
    if (error instanceof Fault || !diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function infer(
  engine: Engine,
  { files, labelFiles, ...examined }: Examination,
  wishes: ModelWishes,
): Promise<InferredModel> {
  const hasLabels = labelFiles.length > 0
  const joined = await joinSources(engine, { files, ...examined }, wishes)
  const found = joined.own
  const everywhere = [...found, ...joined.others]
  const parts = [hasLabels ? undefined : wishes.target, wishes.id, wishes.time, wishes.group]
  for (const name of parts) if (name !== undefined) refuseJoined(name, found, joined.others)
  const labelColumns = examined.labelColumns.map(({ column }) => column)
  const target = pickTarget(hasLabels ? labelColumns : found, wishes.target, hasLabels)
  const columns = found.filter(({ name }) => name !== target.name)
  const chosen = pickTask(target, wishes)

  const excluded = wishes.exclude.map((name) => findColumn(everywhere, name, 'leave out').name)
  const kept = (wishes.keep ?? []).map((name) => findColumn([...columns, ...joined.others], name, 'keep').name)
  const time = pickTime(columns, wishes.time, excluded)
  const taken = [...excluded, ...(time ? [time.column.name] : [])]
  const id = pickId(columns, wishes.id, taken, labelColumns)
  if (hasLabels && !id) {
    throw refuseModel('labels', 'no column names a row in both files', 'a column of both, with --id')
  }
  const group: Role | undefined =
    wishes.group === undefined
      ? undefined
      : { column: findColumn(columns, wishes.group, 'group by'), isSure: true, why: { kind: 'given' } }

  const relation = await sampleRows(engine, {
    files,
    labelFiles,
    columns,
    target,
    id: id?.column,
    joins: joined.clause,
  })
  const about = { relation, target: target.name, ...chosen }
  const roles = [id, time, group].flatMap((role) => (role ? [role.column.name] : []))
  for (const role of [id, time, group]) if (role) refuseGaps(role.column)
  const sorted = await sortColumns(engine, about, [...columns, ...joined.others], {
    excluded,
    kept,
    roles,
    time: time?.column,
  })
  if (sorted.features.length === 0) throw nothingToLearnFrom(sorted.leftOut)
  const span = time && (await measureTimes(engine, relation, time.column, target.name))
  if (time && !span) throw refuseModel(time.column.name, 'no row with a target has a time', 'times in the rows')
  const test = wishes.test ?? (span?.testDays === undefined ? '0.2' : `${span.testDays}d`)
  const rows = found[0]?.rows ?? 0
  const unlabelled = hasLabels ? await shareUnlabelled(engine, relation, target.name) : target.nulls / target.rows
  const judged = { target: target.name, positive: chosen.positive ?? '', test, time: time?.column }
  return {
    files: files.map(({ path }) => path),
    ...(examined.encoding && { encoding: examined.encoding }),
    rows,
    columns: [...columns, ...joined.others, target],
    ...chosen,
    target,
    ...(chosen.positive !== undefined && {
      testPositives: Math.round(
        (await shareOfTestPositives(engine, relation, judged)) * (1 - unlabelled) * (hasLabels ? rows : target.rows),
      ),
    }),
    ...(id && { id }),
    ...(time && span && { time: { ...time, since: span.since, until: span.until } }),
    ...(group && { group }),
    ...(joined.sources.length > 0 && { joined: joined.sources }),
    ...(hasLabels && {
      labels: {
        files: labelFiles.map(({ path }) => path),
        delayDays: span?.delayDays ?? 0,
        missingRows: Math.round(rows * unlabelled),
      },
    }),
    features: sorted.features,
    leftOut: sorted.leftOut,
    floor: chooseFloor(chosen.task, target, sorted.strengths),
    test,
  }
}

function refuseGaps({ name, missingIn }: InferredColumn): void {
  if (missingIn[0] !== undefined) throw refuseModel(name, `${missingIn[0]} lacks it`, 'it in every file')
}

interface Sampled {
  readonly files: readonly DescribedFile[]
  readonly labelFiles: readonly DescribedFile[]
  readonly columns: readonly InferredColumn[]
  readonly target: InferredColumn
  readonly id: InferredColumn | undefined
  /** What follows the rows in FROM. */
  readonly joins: string
}

/** A table of typed rows with their target, null where there is no label; always the same rows. */
async function sampleRows(engine: Engine, { files, labelFiles, columns, target, id, joins }: Sampled): Promise<string> {
  const own = labelFiles.length === 0 ? [...columns, target] : columns
  const every = Math.ceil((columns[0]?.rows ?? target.rows) / maxSampledRows)
  const rows = typedRelation(files, inferredContract(own), { withPlace: every > 1 })
  const some = every > 1 ? `(SELECT * FROM ${rows} WHERE hash(${fileColumn}, ${numberColumn}) % ${every} = 0)` : rows
  const sample = joins === '' ? some : `(SELECT * FROM ${some} AS own${joins})`
  const table = 'plumbline_sample'
  if (labelFiles.length === 0 || !id) {
    await engine.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM ${sample}`)
    return table
  }
  const [key, y] = [quoteName(id.name), quoteName(target.name)]
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT f.*, l.${y} FROM ${sample} AS f LEFT JOIN (
       SELECT ${key}, min(${y}) AS ${y} FROM ${typedRelation(labelFiles, inferredContract([id, target]))} GROUP BY ${key}
     ) AS l ON f.${key} = l.${key}`,
  )
  return table
}
