import type { RunRecord } from '../pipeline/run-record.ts'
import { aliasesIn } from './aliases.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { cleanedIn, publishedIn } from './record-published.ts'

/** What an MLflow server is to hold of a model: what the ledger has, in its words. */
export interface MlflowWishes {
  readonly runs: readonly WantedRun[]
  /** Oldest first. */
  readonly versions: readonly WantedVersion[]
  /** Alias → tag. */
  readonly aliases: ReadonlyMap<string, string>
}

export interface WantedRun {
  /** Tells it from all others: `<run key>/<start>`. */
  readonly key: string
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly status: 'FINISHED' | 'FAILED' | 'KILLED'
  readonly tags: Texts
  readonly params: Texts
  readonly metrics: Readonly<Record<string, number>>
}

export interface WantedVersion {
  readonly tag: string
  /** Of the run that made it. */
  readonly run: string
  readonly tags: Texts
}

type Texts = Readonly<Record<string, string>>

/**
 * Pure. `alias`: of the newest release there. `parseRun`: of what nobody vouches for; a run that cannot be read is left out.
 * Names that MLflow does not take have `_` for each letter that is in its way, and texts are cut at 500 characters.
 */
export function mlflowWishes(
  records: readonly LedgerRecord[],
  model: string,
  alias: string,
  parseRun: (value: unknown) => RunRecord | undefined,
): MlflowWishes {
  const ofModel = records.filter((record) => record.model === model)
  const runs = new Map<string, WantedRun>()
  const runOf = new Map<string, string>()
  for (const { kind, body } of ofModel) {
    const run = kind === 'run' ? parseRun(body) : kind === 'published' ? parseRun(body['run']) : undefined
    if (!run) continue
    const tag = kind === 'published' && typeof body['tag'] === 'string' ? body['tag'] : undefined
    const wanted = wantedRun(run, tag)
    // Of a run that was recorded twice, the first word stays: what MLflow holds is not changed.
    if (!runs.has(wanted.key)) runs.set(wanted.key, wanted)
    if (tag !== undefined) runOf.set(tag, wanted.key)
  }
  const cleaned = cleanedIn(ofModel)
  const versions = publishedIn(ofModel).flatMap(({ tag, version, commit, dataDigest, assets }): WantedVersion[] => {
    const run = runOf.get(tag)
    if (run === undefined || cleaned.has(tag)) return []
    const file = Object.keys(assets).find((name) => /^model(\.|$)/.test(name))
    const digest = file === undefined ? null : (assets[file] ?? null)
    const tags = { [mark.tag]: tag, 'plumbline.version': String(version), 'plumbline.commit': cut(commit) }
    const held = { 'plumbline.data': dataDigest, ...(digest !== null && { 'plumbline.model-sha256': digest }) }
    return [{ tag, run, tags: { ...tags, ...held } }]
  })
  const newest = versions.at(-1)
  const known = new Set(versions.map(({ tag }) => tag))
  const named = aliasesIn(ofModel).filter(({ tag }) => known.has(tag))
  return {
    runs: [...runs.values()],
    versions,
    aliases: new Map([
      ...(newest ? [[alias, newest.tag] as const] : []),
      ...named.map(({ name, tag }) => [name, tag] as const),
    ]),
  }
}

/** The tags by which what stands there is known again. */
export const mark = { run: 'plumbline.run', tag: 'plumbline.tag' } as const

const statuses = { passed: 'FINISHED', refused: 'FINISHED', failed: 'FAILED', interrupted: 'KILLED' } as const

function wantedRun(run: RunRecord, tag: string | undefined): WantedRun {
  const { runKey, startedAt, finishedAt, outcome, trigger, data, code, params, metrics, selfReported, seed } = run
  const key = `${runKey}/${startedAt}`
  const values = [
    ...metrics.map(({ name, value }) => [name, value] as const),
    ...Object.entries(selfReported).map(([name, value]) => [`self-reported.${name}`, value] as const),
  ]
  return {
    key,
    name: tag ?? `${run.model} ${runKey.slice(0, 8)}`,
    startMs: Date.parse(startedAt),
    endMs: Date.parse(finishedAt),
    status: statuses[outcome],
    tags: {
      [mark.run]: key,
      ...(tag !== undefined && { [mark.tag]: tag }),
      'plumbline.outcome': outcome,
      'plumbline.trigger': cut(`${trigger.kind} by ${trigger.actor}: ${trigger.reason}`),
      'plumbline.data': data.digest,
      'plumbline.seed': String(seed),
      ...(code.commit !== null && { 'plumbline.commit': cut(code.commit) }),
    },
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [nameOf(name), cut(String(value))])),
    metrics: Object.fromEntries(
      values.flatMap(([name, value]) => (value !== null && Number.isFinite(value) ? [[nameOf(name), value]] : [])),
    ),
  }
}

function nameOf(name: string): string {
  return name.replace(/[^\w\-. /:]/g, '_').slice(0, 250)
}

function cut(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`
}
