import type { Json } from '../base/canonical-json.ts'
import { isRecord } from '../base/is-record.ts'
import type { DriftFinding, FoundColumn, KeptColumn, KeptWindow } from '../drift/drift-finding.ts'
import type { WindowColumn } from '../drift/judge-window.ts'
import type { GitHubClient } from '../github/client.ts'
import type { Stamp } from './allocate.ts'
import { appendToLedger } from './ledger.ts'
import type { LedgerRecord } from './ledger-record.ts'

export interface DriftRecord {
  readonly at: string
  readonly finding: DriftFinding
  /** Those that were judged then, the oldest first. */
  readonly windows: readonly KeptWindow[]
}

/**
 * Records the windows that were judged beside a release, each once; true for the one call that did. Where another run was
 * first with any of them, nothing is written: its word stands.
 */
export async function recordDrift(
  client: GitHubClient,
  model: string,
  { finding, windows }: Pick<DriftRecord, 'finding' | 'windows'>,
  stamp: Stamp,
): Promise<boolean> {
  const [first] = windows
  return appendToLedger(client, (records) => {
    const known = driftRecordsIn(records, model).filter((record) => record.finding.release === finding.release)
    const judgedUntil = known.at(-1)?.finding.until ?? ''
    if (!first || first.untilMs <= Date.parse(judgedUntil)) return { kind: 'known', value: false }
    const body = { ...finding, windows: windows.map(jsonOfWindow) }
    return {
      kind: 'append',
      record: { kind: 'drift', model, ...stamp, body: JSON.parse(JSON.stringify(body)) as { [key: string]: Json } },
      value: true,
    }
  })
}

/** What was found last of a model, whatever release it was beside; undefined where it was never judged. */
export function driftIn(records: readonly LedgerRecord[], model: string): DriftFinding | undefined {
  return driftRecordsIn(records, model).at(-1)?.finding
}

/** Of a model, the oldest first. Records that say otherwise than this Plumbline writes are left out. */
export function driftRecordsIn(records: readonly LedgerRecord[], model: string): readonly DriftRecord[] {
  return records.flatMap((record): DriftRecord[] => {
    if (record.kind !== 'drift' || record.model !== model) return []
    const finding = readFinding(record.body)
    const { windows } = record.body
    if (!finding || !Array.isArray(windows)) return []
    const read = windows.flatMap((window: unknown) => readWindow(window) ?? [])
    return read.length === windows.length ? [{ at: record.at, finding, windows: read }] : []
  })
}

/** A column is a list: names of fields in each of 200 columns would be most of a record. */
function jsonOfWindow({ sinceMs, untilMs, rows, columns }: KeptWindow): Json {
  return {
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    rows,
    columns: columns.map(({ name, verdict, weight, effect, smallestEffect, picture, answers }): Json => {
      const told = [name, verdict, weight, effect, smallestEffect]
      if (answers !== undefined) return [...told, picture?.before ?? [], picture?.now ?? [], answers]
      return picture ? [...told, picture.before, picture.now] : told
    }),
  }
}

function readWindow(json: unknown): KeptWindow | undefined {
  if (!isRecord(json)) return undefined
  const { since, until, rows, columns } = json
  if (!isMoment(since) || !isMoment(until) || !isNumber(rows) || !Array.isArray(columns)) return undefined
  const read = columns.flatMap((column: unknown) => readColumn(column) ?? [])
  const [sinceMs, untilMs] = [Date.parse(since), Date.parse(until)]
  return read.length === columns.length ? { sinceMs, untilMs, rows, columns: read } : undefined
}

const verdicts: readonly WindowColumn['verdict'][] = [
  'drift',
  'vanished',
  'already learned',
  'insufficient data',
  'notable',
  'no drift',
  'not judged',
]

function readColumn(json: unknown): KeptColumn | undefined {
  if (!Array.isArray(json)) return undefined
  const [name, said, weight, effect, smallest, before, now, answers]: unknown[] = json
  const verdict = verdicts.find((known) => known === said)
  if (typeof name !== 'string' || !verdict || !isNumber(weight) || !isNumber(effect)) return undefined
  const smallestEffect = isNumber(smallest) ? smallest : null
  const isPicture = areNumbers(before) && areNumbers(now) && before.length + now.length > 0
  const told = { name, verdict, weight, effect, smallestEffect, ...(isPicture && { picture: { before, now } }) }
  return isNumber(answers) ? { ...told, answers } : told
}

function readFinding(body: Readonly<Record<string, unknown>>): DriftFinding | undefined {
  const { release, until, verdict: said, confirmedShare, effect, windowMs, persist, columns } = body
  const verdict = (['drift', 'insufficient data', 'notable', 'no drift'] as const).find((known) => known === said)
  if (typeof release !== 'string' || !isMoment(until) || !verdict) return undefined
  if (!isNumber(confirmedShare) || !isNumber(effect) || !isNumber(windowMs) || !isRecord(persist)) return undefined
  const { need, of } = persist
  if (!isNumber(need) || !isNumber(of) || !Array.isArray(columns)) return undefined
  const found = columns.flatMap((column: unknown) => readFound(column) ?? [])
  if (found.length < columns.length) return undefined
  return { release, until, verdict, confirmedShare, effect, windowMs, persist: { need, of }, columns: found }
}

function readFound(json: unknown): FoundColumn | undefined {
  if (!isRecord(json)) return undefined
  const { name, isPrediction, standing: said, effect, drifted, windows, isAtOnce, rows } = json
  const { smallestEffect, before, now } = json
  const standing = (['confirmed', 'suspected'] as const).find((known) => known === said)
  if (typeof name !== 'string' || !standing || !isNumber(effect) || !isNumber(drifted)) return undefined
  if (!isNumber(windows) || !areNumbers(rows) || !areNumbers(before) || !areNumbers(now)) return undefined
  const smallest = isNumber(smallestEffect) ? smallestEffect : null
  const told = { effect, drifted, windows, isAtOnce: isAtOnce === true, rows, smallestEffect: smallest, before, now }
  return { name, ...(isPrediction === true && { isPrediction }), standing, ...told }
}

function isMoment(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber)
}
