import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { ContractColumn } from '../project/contract.ts'
import type { Task } from '../project/project.ts'
import { strptimeOf } from '../project/time-format.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { inferColumns } from './infer-columns.ts'
import type { InferredColumn, InferredModel, Role, Spelling } from './inferred-model.ts'
import { measureTimes, shareOfTestPositives, shareUnlabelled } from './measure-times.ts'
import { pickId, pickTarget, pickTask, pickTime } from './pick-roles.ts'
import { quoteName } from './quote.ts'
import { fileColumn, numberColumn, typedRelation } from './read-source.ts'
import { findColumn, nothingToLearnFrom, refuseModel } from './refuse-model.ts'
import { applyFormats, type Examined } from './settle-spellings.ts'
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
}

/** Leaks and strengths are measured on about this many rows. */
const maxSampledRows = 200_000

export interface Examination {
  readonly files: readonly DescribedFile[]
  readonly labelFiles: readonly DescribedFile[]
  readonly columns: readonly Examined[]
  /** Of the labels' files; none where the target is among the rows. */
  readonly labelColumns: readonly Examined[]
  /** Guessed, where the files are no UTF-8. */
  readonly encoding?: 'latin-1'
}

/** Reads every value once, before anybody says what it means. A row that cannot be read is diagnosed. */
export async function examineFiles(
  engine: Engine,
  files: readonly DescribedFile[],
  labelFiles: readonly DescribedFile[],
): Promise<Read<Examination>> {
  return await diagnosed([...files, ...labelFiles], async () => {
    const columns = await inferColumns(engine, files)
    const labelColumns =
      labelFiles.length > 0 ? await inferColumns(engine, labelFiles, { table: 'plumbline_label_rows' }) : []
    return { files, labelFiles, columns, labelColumns }
  })
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
  return await diagnosed([...examined.files, ...examined.labelFiles], () => infer(engine, examined, wishes))
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
  const formats = wishes.formats ?? new Map<string, string>()
  const found = (await applyFormats(engine, examined.columns, formats)).map(({ column }) => column)
  const labelColumns = examined.labelColumns.map(({ column }) => column)
  const target = pickTarget(hasLabels ? labelColumns : found, wishes.target, hasLabels)
  const columns = found.filter(({ name }) => name !== target.name)
  const chosen = pickTask(target, wishes)

  const excluded = wishes.exclude.map((name) => findColumn(found, name, 'leave out').name)
  const kept = (wishes.keep ?? []).map((name) => findColumn(columns, name, 'keep').name)
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

  const relation = await sampleRows(engine, { files, labelFiles, columns, target, id: id?.column })
  const about = { relation, target: target.name, ...chosen }
  const roles = [id, time, group].flatMap((role) => (role ? [role.column.name] : []))
  for (const role of [id, time, group]) if (role) refuseGaps(role.column)
  const sorted = await sortColumns(engine, about, columns, { excluded, kept, roles, time: time?.column })
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
    columns: [...columns, target],
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
}

/** A table of typed rows with their target, null where there is no label; always the same rows. */
async function sampleRows(engine: Engine, { files, labelFiles, columns, target, id }: Sampled): Promise<string> {
  const own = labelFiles.length === 0 ? [...columns, target] : columns
  const every = Math.ceil((columns[0]?.rows ?? target.rows) / maxSampledRows)
  const rows = typedRelation(files, contractOf(own), { withPlace: every > 1 })
  const sample = every > 1 ? `(SELECT * FROM ${rows} WHERE hash(${fileColumn}, ${numberColumn}) % ${every} = 0)` : rows
  const table = 'plumbline_sample'
  if (labelFiles.length === 0 || !id) {
    await engine.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM ${sample}`)
    return table
  }
  const [key, y] = [quoteName(id.name), quoteName(target.name)]
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT f.*, l.${y} FROM ${sample} AS f LEFT JOIN (
       SELECT ${key}, min(${y}) AS ${y} FROM ${typedRelation(labelFiles, contractOf([id, target]))} GROUP BY ${key}
     ) AS l ON f.${key} = l.${key}`,
  )
  return table
}

function contractOf(columns: readonly InferredColumn[]) {
  const promised = columns.map(({ name, type, spelling }): ContractColumn => {
    return { name, logicalType: type, line: 1, aliases: [], rules: [], ...readerOptions(spelling) }
  })
  return { file: 'contract.yaml', id: 'inferred', version: '1.0.0', columns: promised, table: 'data', tableRules: [] }
}

function readerOptions(spelling: Spelling | undefined): Pick<ContractColumn, 'format' | 'decimal' | 'epoch'> {
  switch (spelling?.kind) {
    case 'time': {
      const format = strptimeOf(spelling.pattern)
      return format.ok ? { format: format.value } : {}
    }
    case 'decimal':
      return { decimal: spelling.mark }
    case 'epoch':
      return { epoch: spelling.unit }
    case 'code':
    case undefined:
      return {}
  }
}
