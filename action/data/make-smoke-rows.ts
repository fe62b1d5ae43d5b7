import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { Contract } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { type Engine, openEngine } from './engine.ts'
import { copyTo } from './make-features.ts'
import { type FeatureProfile, planSmokeRows, type SmokePlan } from './plan-smoke-rows.ts'
import { quoteName, quotePath } from './quote.ts'
import { rowIdColumn } from './read-source.ts'
import { familyOf } from './type-extremes.ts'

export interface SmokeInput {
  readonly project: Project
  /** The rows that the model learned: id, features, target. */
  readonly trainingFile: string
  /** The contract that the features keep, if one stands on them. */
  readonly contract?: Contract
  /** Where the files are written; it is made where it is not there. */
  readonly folder: string
}

export interface SmokeRows {
  readonly plan: SmokePlan
  /** DuckDB's name of the id's type. */
  readonly idType: string
  /** Id and target, one row a class that training knew, one row for a regression: what predictions are compared with. */
  readonly knownFile: string
  /** The id and the features, and no row. */
  readonly emptyFile: string
  /** Writes these rows of the plan to a file of that name, and returns its path. */
  write(name: string, numbers: readonly number[]): Promise<string>
  [Symbol.asyncDispose](): PromiseLike<void>
}

const ordinaryRows = 10

/** Makes rows for `predict` out of a few of the training's, the same ones of the same file. */
export async function makeSmokeRows(input: SmokeInput, signal?: AbortSignal): Promise<SmokeRows> {
  const { project, trainingFile, contract, folder } = input
  await mkdir(folder, { recursive: true })
  const engine = await openEngine({ ...(signal && { signal }) })
  try {
    const id = project.model.id ?? rowIdColumn
    const training = `read_parquet(${quotePath(trainingFile)})`
    const described = await engine.query<{ column_name: string; column_type: string }>(`DESCRIBE FROM ${training}`)
    const types = described.map(({ column_name, column_type }) => ({ name: column_name, type: column_type }))
    const features = types.filter(({ name }) => name !== id && name !== project.model.target)
    const idType = types.find(({ name }) => name === id)?.type ?? 'VARCHAR'

    await engine.run(
      `CREATE TEMP TABLE base AS SELECT row_number() OVER (ORDER BY ${quoteName(id)}) - 1 AS "row number", *
       FROM (FROM ${training} ORDER BY ${quoteName(id)} LIMIT ${ordinaryRows})`,
    )
    const [counted] = await engine.query<{ rows: number }>('SELECT count(*) AS rows FROM base')
    const plan = planSmokeRows(await profilesOf(engine, training, features), {
      ordinary: counted?.rows ?? 0,
      skip: project.smoke.skip,
      ...(contract && { contract }),
    })

    const columns = [quoteName(id), ...features.map(({ name }) => quoteName(name))].join(', ')
    const knownFile = join(folder, 'known.parquet')
    await engine.run(copyTo(knownFile, knownSelect(project, training, quoteName(id))))
    const emptyFile = join(folder, 'empty.parquet')
    await engine.run(copyTo(emptyFile, `SELECT ${columns} FROM ${training} LIMIT 0`))
    const made = [
      `${smokeId(idType, 'r.number')} AS ${quoteName(id)}`,
      ...features.map(({ name }) => madeColumn(plan, name)),
    ]
    return {
      plan,
      idType,
      knownFile,
      emptyFile,
      async write(name, numbers) {
        const file = join(folder, `${name}.parquet`)
        const rows = `(SELECT unnest([${numbers.join(', ')}]) AS number)`
        const place = `CASE WHEN r.number < ${counted?.rows ?? 0} THEN r.number ELSE 0 END`
        await engine.run(
          copyTo(
            file,
            `SELECT ${made.join(', ')} FROM ${rows} r JOIN base ON base."row number" = ${place} ORDER BY r.number`,
          ),
        )
        return file
      },
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    }
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
}

/** The id of a made row, of the type that ids have, from the number of the row. */
export function smokeId(idType: string, number: string): string {
  if (familyOf(idType) === 'number') return `CAST(${number} AS ${idType})`
  if (familyOf(idType) === 'time')
    return `CAST(TIMESTAMP '2000-01-01' + to_days(CAST(${number} AS INTEGER)) AS ${idType})`
  return `CAST('made-' || ${number} AS ${idType})`
}

async function profilesOf(
  engine: Engine,
  training: string,
  features: readonly { readonly name: string; readonly type: string }[],
): Promise<FeatureProfile[]> {
  const measured = features.flatMap(({ name, type }, place) => {
    const number = numberOf(quoteName(name), type)
    return number === undefined
      ? []
      : [
          `min(${number}) FILTER (isfinite(${number})) AS l${place}`,
          `max(${number}) FILTER (isfinite(${number})) AS h${place}`,
        ]
  })
  const [found = {}] =
    measured.length === 0
      ? []
      : await engine.query<Record<string, number | null>>(`SELECT ${measured.join(', ')} FROM ${training}`)
  return features.map(({ name, type }, place) => ({
    name,
    type,
    low: found[`l${place}`] ?? null,
    high: found[`h${place}`] ?? null,
  }))
}

/** A DOUBLE: the number, or the microseconds since 1970. */
function numberOf(column: string, type: string): string | undefined {
  const family = familyOf(type)
  if (family === 'number') return `CAST(${column} AS DOUBLE)`
  return family === 'time' ? `CAST(epoch_us(CAST(${column} AS TIMESTAMP)) AS DOUBLE)` : undefined
}

function madeColumn({ values }: SmokePlan, name: string): string {
  const cases = [...(values.get(name) ?? [])].map(([number, sql]) => `WHEN ${number} THEN ${sql}`)
  const column = `base.${quoteName(name)}`
  return `${cases.length === 0 ? column : `CASE r.number ${cases.join(' ')} ELSE ${column} END`} AS ${quoteName(name)}`
}

function knownSelect({ model }: Project, training: string, id: string): string {
  const target = quoteName(model.target)
  if (model.task === 'regression') return `SELECT ${id}, ${target} FROM ${training} LIMIT 1`
  return `SELECT min(${id}) AS ${id}, ${target} FROM ${training} WHERE ${target} IS NOT NULL GROUP BY ${target} ORDER BY ${target}`
}
