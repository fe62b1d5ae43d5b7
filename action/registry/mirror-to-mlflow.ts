import { Fault } from '../base/fault.ts'
import type { MlflowPolicy } from '../project/project.ts'
import type { MlflowClient } from './mlflow-client.ts'
import { field, findExperiment, type HeldModel, type HeldRun, readModel, readRuns, textOf } from './mlflow-state.ts'
import type { MlflowWishes, WantedRun, WantedVersion } from './mlflow-wishes.ts'

/** What was told that was not there before. */
export interface Mirrored {
  readonly runs: number
  readonly versions: number
  readonly aliases: number
}

/**
 * Makes an MLflow server hold what is wished, and nothing twice: killed between any two calls and called again, it ends the
 * same. What somebody deleted there stays deleted; what else lies there is left alone. Two at once may tell a run twice, as MLflow
 * has no compare-and-swap. Faults: those of the client.
 */
export async function mirrorToMlflow(
  client: MlflowClient,
  { experiment: name }: Pick<MlflowPolicy, 'experiment'>,
  model: string,
  wishes: MlflowWishes,
): Promise<Mirrored> {
  const experiment = (await findExperiment(client, name)) ?? (await makeExperiment(client, name))
  const held = await readRuns(client, experiment)
  const ids = new Map([...held].filter(([, { isDeleted }]) => !isDeleted).map(([key, { id }]) => [key, id]))
  let runs = 0
  for (const wanted of wishes.runs) {
    const known = held.get(wanted.key)
    if (known && (known.isWhole || known.isDeleted)) continue
    ids.set(wanted.key, await tellRun(client, experiment, wanted, known))
    runs++
  }
  if (wishes.versions.length === 0) return { runs, versions: 0, aliases: 0 }
  const there = (await readModel(client, model)) ?? (await makeModel(client, model))
  const versions = new Map(there.versions)
  const missing = wishes.versions.filter(({ tag, run }) => !versions.has(tag) && ids.has(run))
  for (const wanted of missing)
    versions.set(wanted.tag, await tellVersion(client, model, wanted, ids.get(wanted.run) ?? ''))
  const aliases = await tellAliases(client, model, wishes.aliases, versions, there.aliases)
  return { runs, versions: missing.length, aliases }
}

async function makeExperiment(client: MlflowClient, name: string): Promise<string> {
  const made = await client.post('experiments/create', { name })
  const id = made.kind === 'done' ? textOf(field(made.answer, 'experiment_id')) : await findExperiment(client, name)
  if (id !== undefined && id !== '') return id
  throw new Fault(
    'mlflow/refused',
    `Cannot use experiment "${name}" of MLflow: it says that it is there, and does not find it; expected one`,
    {
      remedy: 'Name another one by mlflow.experiment in plumbline.yaml; one that was deleted keeps its name.',
    },
  )
}

async function makeModel(client: MlflowClient, name: string): Promise<HeldModel> {
  await client.post('registered-models/create', { name })
  return (await readModel(client, name)) ?? { versions: new Map(), aliases: new Map() }
}

/** Most of each that one call takes. */
const atOnce = 100

/** The run's id. Its tag is there from the first call on, so that the next one finds it; its end is told last. */
async function tellRun(
  client: MlflowClient,
  experiment: string,
  wanted: WantedRun,
  known: HeldRun | undefined,
): Promise<string> {
  const id = known?.id ?? (await makeRun(client, experiment, wanted))
  const params = pairs(wanted.params).filter(({ key }) => known?.params.has(key) !== true)
  const metrics = Object.entries(wanted.metrics)
    .filter(([key]) => known?.metrics.has(key) !== true)
    .map(([key, value]) => ({ key, value, timestamp: wanted.endMs, step: 0 }))
  for (let at = 0; at < Math.max(params.length, metrics.length); at += atOnce) {
    const [somePairs, someMetrics] = [params.slice(at, at + atOnce), metrics.slice(at, at + atOnce)]
    await client.post('runs/log-batch', { run_id: id, params: somePairs, metrics: someMetrics })
  }
  await client.post('runs/update', { run_id: id, status: wanted.status, end_time: wanted.endMs })
  return id
}

async function makeRun(client: MlflowClient, experiment: string, wanted: WantedRun): Promise<string> {
  const { name, startMs, tags } = wanted
  const made = await client.post('runs/create', {
    ...{ experiment_id: experiment, run_name: name, start_time: startMs, tags: pairs(tags) },
  })
  return made.kind === 'done' ? textOf(field(field(field(made.answer, 'run'), 'info'), 'run_id')) : ''
}

/** Its version. The bytes stay where they were published: the tags name release and digest. */
async function tellVersion(client: MlflowClient, model: string, { tags }: WantedVersion, run: string): Promise<string> {
  const made = await client.post('model-versions/create', {
    ...{ name: model, source: `runs:/${run}/model`, run_id: run, tags: pairs(tags) },
  })
  return made.kind === 'done' ? textOf(field(field(made.answer, 'model_version'), 'version')) : ''
}

async function tellAliases(
  client: MlflowClient,
  model: string,
  wanted: ReadonlyMap<string, string>,
  versions: ReadonlyMap<string, string>,
  held: ReadonlyMap<string, string>,
): Promise<number> {
  let moved = 0
  for (const [alias, tag] of wanted) {
    const version = versions.get(tag)
    if (version === undefined || held.get(alias) === version) continue
    await client.post('registered-models/alias', { name: model, alias, version })
    moved++
  }
  return moved
}

function pairs(texts: Readonly<Record<string, string>>): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries(texts).map(([key, value]) => ({ key, value }))
}
