import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { ContractColumn } from '../project/contract.ts'
import { chooseId, chooseTask, chooseTime, isMoment } from './choose-roles.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { inferColumns } from './infer-columns.ts'
import type { InferredColumn, InferredModel, Role } from './inferred-model.ts'
import { quoteName } from './quote.ts'
import { fileColumn, numberColumn, typedRelation } from './read-source.ts'
import { findColumn, nothingToLearnFrom, refuseModel } from './refuse-model.ts'
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
}

/** Leaks and strengths are measured on about this many rows. */
const maxSampledRows = 200_000
const dayMs = 86_400_000

/**
 * What could be learned from files: the task, what names and orders a row, which columns may be features and which would
 * leak. A row that cannot be read is diagnosed. Throws `init/…` where a wish cannot be met or nothing can be learned.
 */
export async function inferModel(
  engine: Engine,
  files: readonly DescribedFile[],
  labelFiles: readonly DescribedFile[],
  wishes: ModelWishes,
): Promise<Read<InferredModel>> {
  try {
    return { ok: true, value: await infer(engine, files, labelFiles, wishes) }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, [...files, ...labelFiles])
    if (error instanceof Fault || !diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function infer(
  engine: Engine,
  files: readonly DescribedFile[],
  labelFiles: readonly DescribedFile[],
  wishes: ModelWishes,
): Promise<InferredModel> {
  const hasLabels = labelFiles.length > 0
  const found = await inferColumns(engine, files)
  const labelColumns = hasLabels ? await inferColumns(engine, labelFiles) : []
  const target = asClasses(inferTarget(hasLabels ? labelColumns : found, wishes.target, hasLabels))
  const columns = found.filter(({ name }) => name !== target.name)
  const chosen = chooseTask(target)
  if (!chosen) {
    throw refuseModel(target.name, `it has ${target.distinct} different texts`, 'a number, or at most 50 classes')
  }

  const excluded = wishes.exclude.map((name) => findColumn(found, name, 'leave out').name)
  const time = pickTime(columns, wishes.time, excluded)
  const taken = [...excluded, ...(time ? [time.column.name] : [])]
  const id = pickId(columns, wishes.id, taken, labelColumns)
  if (hasLabels && !id) {
    throw refuseModel('labels', 'no column names a row in both files', 'a column of both, with --id')
  }
  const group =
    wishes.group === undefined ? undefined : { column: findColumn(columns, wishes.group, 'group by'), isSure: true }

  const relation = await sampleRows(engine, { files, labelFiles, columns, target, id: id?.column })
  const about = { relation, target: target.name, ...chosen }
  const roles = [id, time, group].flatMap((role) => (role ? [role.column.name] : []))
  for (const role of [id, time, group]) if (role) refuseGaps(role.column)
  const sorted = await sortColumns(engine, about, columns, { excluded, roles, time: time?.column })
  if (sorted.features.length === 0) throw nothingToLearnFrom(sorted.leftOut)
  const span = time && (await measureTimes(engine, relation, time.column, target.name))
  if (time && !span) throw refuseModel(time.column.name, 'no row with a target has a time', 'times in the rows')
  return {
    files: files.map(({ path }) => path),
    rows: found[0]?.rows ?? 0,
    columns: [...columns, target],
    ...chosen,
    target,
    ...(id && { id }),
    ...(time && span && { time: { ...time, since: span.since, until: span.until } }),
    ...(group && { group }),
    ...(hasLabels && {
      labels: {
        files: labelFiles.map(({ path }) => path),
        delayDays: span?.delayDays ?? 0,
        missingRows: Math.round((found[0]?.rows ?? 0) * (await shareUnlabelled(engine, relation, target.name))),
      },
    }),
    features: sorted.features,
    leftOut: sorted.leftOut,
    floor: chooseFloor(chosen.task, target, sorted.strengths),
    test: wishes.test ?? (span?.testDays === undefined ? '0.2' : `${span.testDays}d`),
  }
}

function refuseGaps({ name, missingIn }: InferredColumn): void {
  if (missingIn[0] !== undefined) throw refuseModel(name, `${missingIn[0]} lacks it`, 'it in every file')
}

function inferTarget(columns: readonly InferredColumn[], name: string, isInLabels: boolean): InferredColumn {
  const target = findColumn(columns, name, 'predict')
  if (target.missingIn.length > 0 && !isInLabels) {
    throw refuseModel(
      name,
      `${target.missingIn[0]} lacks it`,
      'the target in every file, or labels in files of their own (--labels)',
    )
  }
  if (target.nulls === target.rows) throw refuseModel(name, 'it has no value in any row', 'two different values')
  if (target.distinct < 2) throw refuseModel(name, 'it has one value in all rows', 'two different values')
  return target
}

/** Classes as SQL writes them, `1` for `1.0` and `true` for `True`, so that they compare as text. */
function asClasses(target: InferredColumn): InferredColumn {
  const isFew = target.distinct <= 20 && target.values.length > 0
  if (target.type === 'boolean') {
    return { ...target, values: target.values.map(([value, rows]) => [value.toLowerCase(), rows]) }
  }
  const areWhole = target.values.every(([value]) => Number.isInteger(Number(value)))
  if (!isFew || !areWhole || (target.type !== 'number' && target.type !== 'integer')) return target
  return { ...target, type: 'integer', values: target.values.map(([value, rows]) => [String(Number(value)), rows]) }
}

function pickTime(
  columns: readonly InferredColumn[],
  wish: string | undefined,
  taken: readonly string[],
): Role | undefined {
  if (wish === undefined) return chooseTime(columns, taken)
  const column = findColumn(columns, wish, 'order rows by')
  if (!isMoment(column.type) && column.type !== 'integer') {
    throw refuseModel(
      wish,
      `its values are of type ${column.type}`,
      'dates or times as ISO 8601 writes them, or whole numbers',
    )
  }
  return { column, isSure: true }
}

function pickId(
  columns: readonly InferredColumn[],
  wish: string | undefined,
  taken: readonly string[],
  labels: readonly InferredColumn[],
): Role | undefined {
  const shared =
    labels.length === 0 ? columns : columns.filter(({ name }) => labels.some((label) => label.name === name))
  if (wish === undefined) return chooseId(shared, taken)
  const column = findColumn(shared, wish, 'name rows by')
  if (!column.isUnique) {
    const state =
      column.nulls > 0 ? `${column.nulls} rows have none` : `only ${column.distinct} of ${column.rows} rows differ`
    throw refuseModel(wish, `${state} in it`, 'another value in each row')
  }
  return { column, isSure: true }
}

interface Sampled {
  readonly files: readonly DescribedFile[]
  readonly labelFiles: readonly DescribedFile[]
  readonly columns: readonly InferredColumn[]
  readonly target: InferredColumn
  readonly id: InferredColumn | undefined
}

/** A table of typed rows with their target, null where there is no label; always the same rows. */
async function sampleRows(engine: Engine, { files, labelFiles, columns, target, id }: Sampled): Promise<string> {
  const own = labelFiles.length === 0 ? [...columns, target] : columns
  const every = Math.ceil((columns[0]?.rows ?? target.rows) / maxSampledRows)
  const rows = typedRelation(files, contractOf(own), { withPlace: every > 1 })
  const sample = every > 1 ? `(SELECT * FROM ${rows} WHERE hash(${fileColumn}, ${numberColumn}) % ${every} = 0)` : rows
  const table = 'plumbline_sample'
  if (labelFiles.length === 0 || !id) {
    await engine.run(`CREATE TEMP TABLE ${table} AS SELECT * FROM ${sample}`)
    return table
  }
  const [key, y] = [quoteName(id.name), quoteName(target.name)]
  await engine.run(
    `CREATE TEMP TABLE ${table} AS SELECT f.*, l.${y} FROM ${sample} AS f LEFT JOIN (
       SELECT ${key}, min(${y}) AS ${y} FROM ${typedRelation(labelFiles, contractOf([id, target]))} GROUP BY ${key}
     ) AS l ON f.${key} = l.${key}`,
  )
  return table
}

function contractOf(columns: readonly InferredColumn[]) {
  const promised = columns.map(({ name, type }): ContractColumn => {
    return { name, logicalType: type, line: 1, aliases: [], rules: [] }
  })
  return { file: 'contract.yaml', id: 'inferred', version: '1.0.0', columns: promised, table: 'data', tableRules: [] }
}

interface Times {
  readonly since: string
  readonly until: string
  /** How long a row's label takes at least, as the newest labelled row shows. */
  readonly delayDays: number
  /** How far back the newest fifth of the labelled rows reaches; undefined where days are too coarse for it. */
  readonly testDays: number | undefined
}

async function measureTimes(
  engine: Engine,
  relation: string,
  time: InferredColumn,
  target: string,
): Promise<Times | undefined> {
  const [t, y] = [quoteName(time.name), quoteName(target)]
  const ofDays = isMoment(time.type)
  const ms = ofDays ? `CAST(epoch_ms(${t}) AS DOUBLE)` : `CAST(${t} AS DOUBLE)`
  const [row] = await engine.query<Record<'since' | 'until' | 'labelled' | 'fifth', number | null>>(
    `SELECT min(${ms}) AS since, max(${ms}) AS until, max(${ms}) FILTER (WHERE ${y} IS NOT NULL) AS labelled,
       quantile_disc(${ms}, 0.8) FILTER (WHERE ${y} IS NOT NULL) AS fifth FROM ${relation}`,
  )
  const { since, until, labelled, fifth } = row ?? {}
  if (since == null || until == null || labelled == null || fifth == null) return undefined
  const word = (moment: number) => (ofDays ? new Date(moment).toISOString().slice(0, 10) : String(moment))
  const isLong = ofDays && labelled - since >= 10 * dayMs
  return {
    since: word(since),
    until: word(until),
    delayDays: ofDays ? Math.max(0, Math.ceil((until - labelled) / dayMs - 0.5)) : 0,
    testDays: isLong ? Math.max(1, Math.ceil((labelled - fifth) / dayMs)) : undefined,
  }
}

async function shareUnlabelled(engine: Engine, relation: string, target: string): Promise<number> {
  const [row] = await engine.query<{ missing: number; rows: number }>(
    `SELECT count(*) FILTER (WHERE ${quoteName(target)} IS NULL) AS missing, count(*) AS rows FROM ${relation}`,
  )
  return row && row.rows > 0 ? row.missing / row.rows : 0
}
