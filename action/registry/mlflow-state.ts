import { isRecord } from '../base/is-record.ts'
import type { MlflowClient } from './mlflow-client.ts'
import { mark } from './mlflow-wishes.ts'

/** A run of ours as an MLflow server holds it. */
export interface HeldRun {
  readonly id: string
  /** It ended there, with all that is to be told of it. */
  readonly isWhole: boolean
  /** Somebody deleted it there: it stays so. */
  readonly isDeleted: boolean
  readonly params: ReadonlySet<string>
  readonly metrics: ReadonlySet<string>
}

export interface HeldModel {
  /** Our tag → its version there. */
  readonly versions: ReadonlyMap<string, string>
  /** Alias → version. */
  readonly aliases: ReadonlyMap<string, string>
}

/** Id of the experiment; undefined where there is none. */
export async function findExperiment(client: MlflowClient, name: string): Promise<string | undefined> {
  const found = await client.get('experiments/get-by-name', { experiment_name: name })
  const experiment = field(found, 'experiment')
  return experiment === undefined ? undefined : textOf(field(experiment, 'experiment_id'))
}

/** Ours, by their key; one call for each thousand that lie there. */
export async function readRuns(client: MlflowClient, experiment: string): Promise<ReadonlyMap<string, HeldRun>> {
  const runs = new Map<string, HeldRun>()
  for (let page: string | undefined = ''; page !== undefined; ) {
    const asked: object = {
      ...{ experiment_ids: [experiment], max_results: 1000, run_view_type: 'ALL' },
      ...{ order_by: ['attributes.start_time DESC'], ...(page !== '' && { page_token: page }) },
    }
    const { answer } = (await client.post('runs/search', asked)) as { readonly answer?: unknown }
    for (const run of listOf(field(answer, 'runs'))) {
      const data = field(run, 'data')
      const key = pairsOf(field(data, 'tags')).get(mark.run)
      const info = field(run, 'info')
      if (key === undefined || runs.has(key)) continue
      runs.set(key, {
        id: textOf(field(info, 'run_id')),
        isWhole: field(info, 'status') !== 'RUNNING',
        isDeleted: field(info, 'lifecycle_stage') === 'deleted',
        params: new Set(pairsOf(field(data, 'params')).keys()),
        metrics: new Set(listOf(field(data, 'metrics')).map((metric) => textOf(field(metric, 'key')))),
      })
    }
    const next = field(answer, 'next_page_token')
    page = typeof next === 'string' && next !== '' ? next : undefined
  }
  return runs
}

/** Undefined where no model of that name is registered there. */
export async function readModel(client: MlflowClient, name: string): Promise<HeldModel | undefined> {
  const found = await client.get('registered-models/get', { name })
  if (found === undefined) return undefined
  const aliases = listOf(field(field(found, 'registered_model'), 'aliases')).map(
    (alias) => [textOf(field(alias, 'alias')), textOf(field(alias, 'version'))] as const,
  )
  const versions = new Map<string, string>()
  for (let page: string | undefined = ''; page !== undefined; ) {
    const query = { filter: `name='${name}'`, max_results: '1000', ...(page !== '' && { page_token: page }) }
    const listed = await client.get('model-versions/search', query)
    for (const version of listOf(field(listed, 'model_versions'))) {
      const tag = pairsOf(field(version, 'tags')).get(mark.tag)
      if (tag !== undefined) versions.set(tag, textOf(field(version, 'version')))
    }
    const next = field(listed, 'next_page_token')
    page = typeof next === 'string' && next !== '' ? next : undefined
  }
  return { versions, aliases: new Map(aliases) }
}

/** A field of what nobody vouches for. */
export function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Of a list of `{key, value}`. */
function pairsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(listOf(value).map((pair) => [textOf(field(pair, 'key')), textOf(field(pair, 'value'))]))
}
