import { isRecord } from '../base/is-record.ts'
import type { RunRecord } from './run-record.ts'

/** What is wrong with a record that somebody else may have written: where, and what was expected there. */
export type ParsedRecord =
  | { readonly ok: true; readonly record: RunRecord }
  | { readonly ok: false; readonly problem: 'newer' | 'no record'; readonly where?: string }

/** Says where a value is not what is expected; undefined where it is. */
type Check = (value: unknown, where: string) => string | undefined

const schema = 'plumbline/run/v1'

/** A record from JSON that nobody vouches for. A newer version's is told apart from what is no record. */
export function parseRunRecord(value: unknown): ParsedRecord {
  const named = isRecord(value) ? value['schema'] : undefined
  if (typeof named === 'string' && named !== schema && /^plumbline\/run\/v\d{1,6}$/.test(named)) {
    return { ok: false, problem: 'newer' }
  }
  const where = runRecord(value, 'record')
  if (where !== undefined) return { ok: false, problem: 'no record', where }
  return { ok: true, record: value as RunRecord }
}

const text: Check = (value, where) => (typeof value === 'string' ? undefined : where)
const finite: Check = (value, where) => (typeof value === 'number' && Number.isFinite(value) ? undefined : where)
const amount: Check = (value, where) => finite(value, where) ?? (Number(value) >= 0 ? undefined : where)
const digest: Check = (value, where) => (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? undefined : where)
/** As `Date` writes it, so that the order of texts is that of times. */
const moment: Check = (value, where) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(value) ? undefined : where
const scalar: Check = (value, where) => (['string', 'number', 'boolean'].includes(typeof value) ? undefined : where)

const one =
  (...names: readonly string[]): Check =>
  (value, where) =>
    typeof value === 'string' && names.includes(value) ? undefined : where
const orNull =
  (check: Check): Check =>
  (value, where) =>
    value === null ? undefined : check(value, where)
const maybe =
  (check: Check): Check =>
  (value, where) =>
    value === undefined ? undefined : check(value, where)
const list =
  (check: Check): Check =>
  (value, where) =>
    Array.isArray(value) ? firstOf(value.map((item, at) => [`${where}[${at}]`, item, check] as const)) : where
const map =
  (check: Check): Check =>
  (value, where) =>
    isRecord(value)
      ? firstOf(Object.entries(value).map(([name, item]) => [`${where}.${name}`, item, check] as const))
      : where
const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, where) =>
    isRecord(value)
      ? firstOf(Object.entries(fields).map(([name, check]) => [`${where}.${name}`, value[name], check] as const))
      : where

function firstOf(parts: readonly (readonly [where: string, value: unknown, check: Check])[]): string | undefined {
  for (const [where, value, check] of parts) {
    const wrong = check(value, where)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const stage = object({
  name: text,
  key: text,
  cacheKey: text,
  outcome: one('done', 'cached', 'failed', 'skipped'),
  startedAt: text,
  seconds: amount,
  detail: text,
  outputs: map(text),
  attempts: maybe(amount),
  resources: maybe(object({ cpuSeconds: amount, peakMemoryBytes: amount, diskBytes: amount })),
  droppedLogBytes: maybe(amount),
  runner: maybe(list(text)),
  fallback: maybe(text),
})

const verdict = one('pass', 'fail', 'insufficient data')

const runRecord = object({
  schema: one(schema),
  model: text,
  runKey: digest,
  outcome: one('passed', 'refused', 'failed', 'interrupted'),
  failure: maybe(text),
  trigger: object({
    kind: one('commit', 'schedule', 'new data', 'drift', 'performance', 'manual'),
    actor: text,
    reason: text,
  }),
  startedAt: moment,
  finishedAt: moment,
  code: object({ commit: orNull(text), uncommitted: amount }),
  builtFrom: orNull(object({ runId: text, attempt: text, head: text, tree: text })),
  data: object({
    digest,
    asked: maybe(text),
    files: amount,
    rows: amount,
    since: orNull(text),
    until: orNull(text),
  }),
  params: map(scalar),
  askedParams: maybe(map(scalar)),
  part: maybe(text),
  seed: finite,
  environment: object({
    requirements: orNull(text),
    setup: maybe(text),
    containers: maybe(map(text)),
    packages: amount,
    python: orNull(text),
    system: text,
  }),
  split: orNull(object({ train: amount, gap: amount, test: amount, whole: amount, leftOut: map(amount) })),
  stages: list(stage),
  metrics: list(
    object({
      name: text,
      value: orNull(finite),
      reason: maybe(text),
      low: maybe(finite),
      high: maybe(finite),
      better: one('higher', 'lower'),
      rows: amount,
    }),
  ),
  selfReported: map(finite),
  gates: list(
    object({
      gate: text,
      kind: verdict,
      metric: text,
      value: orNull(finite),
      min: maybe(finite),
      max: maybe(finite),
      reason: text,
      slices: list(object({ slice: text, rows: amount, value: orNull(finite), kind: verdict, reason: maybe(text) })),
    }),
  ),
  degraded: maybe(list(text)),
  sample: maybe(object({ rows: amount })),
  hooks: maybe(list(object({ name: text, outcome: one('done', 'failed'), seconds: amount }))),
  jobs: maybe(
    list(
      object({
        job: one('prepare', 'train', 'judge', 'refit', 'run'),
        startedAt: moment,
        seconds: finite,
        ran: list(text),
        workSeconds: amount,
        runner: maybe(list(text)),
      }),
    ),
  ),
})
