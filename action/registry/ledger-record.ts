import { canonicalJson, type Json } from '../base/canonical-json.ts'
import { Fault } from '../base/fault.ts'
import { sha256 } from '../base/sha256.ts'

/** One entry of the ledger: canonical JSON, chained to the one before by the hash of its bytes. */
export interface LedgerRecord {
  readonly schema: 'plumbline/ledger/v1'
  /** 1 for the first, and no number is left out. */
  readonly seq: number
  /** SHA-256 of the previous record's bytes; null for the first. */
  readonly previous: string | null
  /** `allocate`, `published`, `run` and, later, others. */
  readonly kind: string
  readonly model: string
  /** ISO 8601. */
  readonly at: string
  readonly actor: string
  readonly body: JsonObject
}

export type JsonObject = { readonly [key: string]: Json | undefined }

/** What a caller adds; its place in the chain is the ledger's to decide. */
export type NewRecord = Pick<LedgerRecord, 'kind' | 'model' | 'at' | 'actor' | 'body'>

export interface Chain {
  readonly records: readonly LedgerRecord[]
  /** The bytes of each, as they are stored. */
  readonly texts: readonly string[]
  /** SHA-256 of the last record's bytes; null where there is none. */
  readonly last: string | null
}

export const emptyChain: Chain = { records: [], texts: [], last: null }

/** A chain and one record more. */
export function extendChain(
  chain: Chain,
  { text, record }: { readonly text: string; readonly record: LedgerRecord },
): Chain {
  return { records: [...chain.records, record], texts: [...chain.texts, text], last: sha256(text) }
}

/** The record that follows a chain, as the file that holds it. */
export function nextRecord(
  chain: Chain,
  record: NewRecord,
): { readonly path: string; readonly text: string; readonly record: LedgerRecord } {
  const { kind, model, at, actor, body } = record
  const seq = chain.records.length + 1
  const whole: LedgerRecord = { schema: 'plumbline/ledger/v1', seq, previous: chain.last, kind, model, at, actor, body }
  return { path: recordPath(whole), text: canonicalJson({ ...whole }), record: whole }
}

/**
 * Reads a chain from its files (path → text), in whatever order. A record that was edited, dropped, renamed or put
 * elsewhere is a Fault (`registry/ledger-broken`) that names it.
 */
export function readChain(files: ReadonlyMap<string, string>): Chain {
  const numbered = [...files]
    .filter(([path]) => path.startsWith('records/'))
    .map(([path, text]) => ({ path, text, seq: Number(/\/(\d+)-[a-z-]+\.json$/.exec(path)?.[1] ?? Number.NaN) }))
    .sort((one, other) => one.seq - other.seq)
  const records: LedgerRecord[] = []
  let last: string | null = null
  for (const { path, text } of numbered) {
    const record = parseRecord(text)
    if (record === undefined) throw broken(path, 'it is no record')
    if (record.seq !== records.length + 1) throw broken(path, `record ${records.length + 1} is missing before it`)
    if (record.previous !== last) throw broken(path, 'the record before it has other bytes than when it was written')
    if (recordPath(record) !== path) throw broken(path, `it holds record ${record.seq} of kind "${record.kind}"`)
    records.push(record)
    last = sha256(text)
  }
  return { records, texts: numbered.map(({ text }) => text), last }
}

/** The file that holds a record. */
export function recordPath({ seq, kind }: Pick<LedgerRecord, 'seq' | 'kind'>): string {
  return `records/${Math.floor(seq / 1000)}/${seq}-${kind}.json`
}

/** First line of the commit that writes a record. */
export function commitSubject({ kind, model, seq }: Pick<LedgerRecord, 'kind' | 'model' | 'seq'>): string {
  return `${kind} ${model} (record ${seq})`
}

/** Whether a commit is the one that wrote a record; `at`: ISO 8601, as its author has it, to the second. */
export function tellsOf(
  { subject, at }: { readonly subject: string; readonly at: string },
  record: Pick<LedgerRecord, 'kind' | 'model' | 'seq' | 'at'>,
): boolean {
  const second = (moment: string) => Math.floor(Date.parse(moment) / 1000)
  return subject === commitSubject(record) && second(at) === second(record.at)
}

/** A record from what nobody vouches for; undefined where it is none. */
export function parseRecord(text: string): LedgerRecord | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is LedgerRecord {
  if (typeof value !== 'object' || value === null) return false
  const fields: Partial<Record<keyof LedgerRecord, unknown>> = value
  const { schema, seq, previous, kind, model, at, actor, body } = fields
  return (
    schema === 'plumbline/ledger/v1' &&
    Number.isSafeInteger(seq) &&
    (previous === null || typeof previous === 'string') &&
    [kind, model, at, actor].every((text) => typeof text === 'string') &&
    typeof body === 'object' &&
    body !== null
  )
}

function broken(path: string, state: string): Fault {
  return new Fault(
    'registry/ledger-broken',
    `Cannot trust the ledger from "${path}" on: ${state}; expected the chain as it was written`,
    {
      remedy: 'Put the branch plumbline/ledger back to the last good commit (git log plumbline/ledger -- records).',
      stays: 'nothing was written',
    },
  )
}
