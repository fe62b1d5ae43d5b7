import { canonicalJson } from '../../base/canonical-json.ts'
import { Fault } from '../../base/fault.ts'
import { sha256 } from '../../base/sha256.ts'

/**
 * Texts beside stored bytes, by which those who push and those who clear tell each other what they are at. What was written is
 * read by everybody from then on.
 */
export interface StoreNotes {
  list(kind: NoteKind, signal?: AbortSignal): Promise<ReadonlyMap<string, string>>
  read(kind: NoteKind, id: string, signal?: AbortSignal): Promise<string | undefined>
  write(kind: NoteKind, id: string, text: string, signal?: AbortSignal): Promise<void>
  remove(kind: NoteKind, ids: readonly string[], signal?: AbortSignal): Promise<void>
}

/**
 * `claims`: a lock is about to name what is kept there already. `collecting`: these are about to be removed. Whoever wants
 * either first writes its own note and then reads the other's, so that one of two always sees the other.
 */
export type NoteKind = 'claims' | 'collecting'

export interface Note {
  /** When it was written, by the writer's clock. */
  readonly atMs: number
  /** Names of what is kept and removed as one: an object's digest, a release's tag. */
  readonly units: ReadonlySet<string>
}

/** What no lock needs stays so long, for a lock that names it may not be on any branch yet. */
export const graceMs = 14 * 86_400_000
/** A note `collecting` that was not written again for so long is of nobody who works. */
export const leaseMs = 900_000

const schema = 'plumbline/store-note/v1'

export function formatNote(atMs: number, units: Iterable<string>): string {
  return `${canonicalJson({ schema, at: new Date(atMs).toISOString(), units: [...units].sort() })}\n`
}

/** Throws `store/unreadable-note`: what a note does not say could be needed. */
export function parseNote(kind: NoteKind, id: string, text: string): Note {
  const value = jsonIn(text)
  if (typeof value === 'object' && value !== null && 'schema' in value && value.schema === schema) {
    const { at, units } = value as { readonly at?: unknown; readonly units?: unknown }
    const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN
    const areNames = Array.isArray(units) && units.every((unit) => typeof unit === 'string')
    if (!Number.isNaN(atMs) && areNames) return { atMs, units: new Set(units) }
  }
  throw new Fault(
    'store/unreadable-note',
    `Cannot tell which bytes somebody is about to need: the note "${kind}/${id}" of the store cannot be read; expected one of ${schema}`,
    { remedy: 'Use the Plumbline that wrote it, or remove the note if nobody pushes.', stays: 'nothing was removed' },
  )
}

/**
 * The same units give the same claim for `graceMs / 2`, so that pushing again writes nothing; and another one from then on, so
 * that nobody writes anew what somebody is just removing as old.
 */
export function claimId(units: readonly string[], nowMs: number): string {
  const period = Math.floor(nowMs / (graceMs / 2))
  return sha256([String(period), ...[...units].sort()].join('\n')).slice(0, 16)
}

export interface Clock {
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<unknown>
}

/**
 * Keeps what is there from being cleared before a lock names it, for at least half of `graceMs`; waits while somebody clears
 * some of it, after which it may be gone. Throws `store/collecting` where that takes too long.
 */
export async function claimUnits(
  notes: StoreNotes,
  units: readonly string[],
  { nowMs, sleep }: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const id = claimId(units, nowMs())
  if ((await notes.read('claims', id, signal)) === undefined) {
    await notes.write('claims', id, formatNote(nowMs(), units), signal)
  }
  const sinceMs = nowMs()
  while (await isCollected(notes, units, nowMs(), signal)) {
    signal?.throwIfAborted()
    if (nowMs() - sinceMs > leaseMs) throw stillCollecting()
    await sleep(2000)
  }
}

async function isCollected(
  notes: StoreNotes,
  units: readonly string[],
  nowMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  for (const [id, text] of await notes.list('collecting', signal)) {
    const note = parseNote('collecting', id, text)
    if (nowMs - note.atMs < leaseMs && units.some((unit) => note.units.has(unit))) return true
  }
  return false
}

/** What is claimed and not let go of yet. */
export async function claimedUnits(
  notes: StoreNotes,
  nowMs: number,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const claimed = new Set<string>()
  for (const [id, text] of await notes.list('claims', signal)) {
    const { atMs, units } = parseNote('claims', id, text)
    if (nowMs - atMs < graceMs) for (const unit of units) claimed.add(unit)
  }
  return claimed
}

/** Notes that mean nothing any more. */
export async function removeOldNotes(notes: StoreNotes, nowMs: number, signal?: AbortSignal): Promise<void> {
  for (const [kind, lifeMs] of [
    ['claims', graceMs],
    ['collecting', leaseMs],
  ] as const) {
    const found = [...(await notes.list(kind, signal))]
    const old = found.filter(([id, text]) => nowMs - parseNote(kind, id, text).atMs >= lifeMs).map(([id]) => id)
    if (old.length > 0) await notes.remove(kind, old, signal)
  }
}

function stillCollecting(): Fault {
  return new Fault(
    'store/collecting',
    `Cannot rely on what the store has: plumbline data gc has been removing some of it for ${leaseMs / 60_000} minutes; expected it to end`,
    { remedy: 'Run it again once that data gc is over.', stays: 'nothing was pinned' },
  )
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
