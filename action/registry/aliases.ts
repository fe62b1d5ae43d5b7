import { Fault } from '../base/fault.ts'
import type { LedgerRecord } from './ledger-record.ts'

/** A name that people give a version of a model, such as `champion`; it may move. */
export interface Alias {
  readonly model: string
  readonly name: string
  readonly tag: string
  readonly version: number
  /** Since when it points there, ISO 8601, and who moved it. */
  readonly since: string
  readonly actor: string
}

/** One move of an alias. */
export interface AliasMove {
  readonly model: string
  readonly name: string
  /** Null: it was removed, or was not there before. */
  readonly tag: string | null
  readonly was: string | null
  readonly at: string
  readonly actor: string
}

/** Every move of every alias, oldest first. */
export function aliasMoves(records: readonly LedgerRecord[]): readonly AliasMove[] {
  return records.flatMap(({ kind, model, at, actor, body }) => {
    const { name, tag, was } = body
    if (kind !== 'alias' || typeof name !== 'string') return []
    const [to, from] = [tag, was].map((value) => (typeof value === 'string' ? value : null))
    return [{ model, name, tag: to ?? null, was: from ?? null, at, actor }]
  })
}

/** Where the aliases of all models point now, in the order in which they were last moved. */
export function aliasesIn(records: readonly LedgerRecord[]): readonly Alias[] {
  const now = new Map<string, Alias>()
  for (const { model, name, tag, at, actor } of aliasMoves(records)) {
    const key = `${model}@${name}`
    now.delete(key)
    const version = Number(/-v(\d+)-g/.exec(tag ?? '')?.[1] ?? Number.NaN)
    if (tag !== null && Number.isSafeInteger(version)) now.set(key, { model, name, tag, version, since: at, actor })
  }
  return [...now.values()]
}

/** What already means something where a version is named. */
const taken = new Set(['latest'])

/** Throws `registry/bad-alias` where a name could be read as a tag, a version, a digest, a model or `latest`. */
export function requireAliasName(name: string, models: readonly string[]): void {
  const state = whyNoAlias(name, models)
  if (state === undefined) return
  throw new Fault(
    'registry/bad-alias',
    `Cannot use "${name}" as an alias: ${state}; expected a name such as champion or stable`,
    { remedy: 'Use small letters, digits and dashes, a letter first, at most 40.', stays: 'no alias was changed' },
  )
}

function whyNoAlias(name: string, models: readonly string[]): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) return 'it holds other than small letters, digits and dashes'
  if (/(^|-)v?\d+(-|$)/.test(name)) return 'it looks like a version or a tag'
  if (/^[0-9a-f]{4,}$/.test(name)) return 'it looks like the digits of a digest'
  if (taken.has(name)) return 'it has a meaning already'
  return models.includes(name) ? 'a model is called so' : undefined
}
