import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { GitHubClient } from '../github/client.ts'
import type { Stamp } from './allocate.ts'
import { type Alias, aliasesIn, requireAliasName } from './aliases.ts'
import { findVersion, versionNamed } from './find-version.ts'
import { appendToLedger, type LedgerDecision } from './ledger.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { cleanedIn, type PublishedRecord, publishedIn } from './record-published.ts'
import { goneRelease } from './verified-release.ts'

export interface AliasWish {
  /** `champion`, or `parcels@champion` where several models have one. */
  readonly alias: string
  /** What it is to point at, by whatever names a version; undefined removes it. */
  readonly version: string | undefined
  /** Only where it points at this version now. */
  readonly expected?: string
}

export interface AliasChange {
  readonly model: string
  readonly name: string
  readonly tag: string | null
  readonly was: string | null
  /** This call moved it; false where it was so already. */
  readonly isNew: boolean
}

/** What the ledger as it is makes of a wish. Throws the faults of a wish that cannot be met. */
export function decideAlias(
  records: readonly LedgerRecord[],
  wish: AliasWish,
  stamp: Stamp,
): LedgerDecision<AliasChange> {
  const [releases, aliases] = [publishedIn(records), aliasesIn(records)]
  const { model, name, target } = subjectOf(records, releases, aliases, wish)
  const was = aliases.find((alias) => alias.model === model && alias.name === name)?.tag ?? null
  requireExpected(wish, releases, aliases, was)
  const change = { model, name, tag: target, was, isNew: was !== target }
  if (!change.isNew) return { kind: 'known', value: change }
  return { kind: 'append', record: { kind: 'alias', model, ...stamp, body: { name, tag: target, was } }, value: change }
}

/** Points an alias at a version, or removes it, by compare-and-swap on the ledger: two at once come one after the other. */
export function setAlias(client: GitHubClient, wish: AliasWish, stamp: Stamp): Promise<AliasChange> {
  return appendToLedger(client, (records) => decideAlias(records, wish, stamp))
}

function subjectOf(
  records: readonly LedgerRecord[],
  releases: readonly PublishedRecord[],
  aliases: readonly Alias[],
  { alias, version }: AliasWish,
): { readonly model: string; readonly name: string; readonly target: string | null } {
  const [, of, name = alias] = /^([^@]*)@(.*)$/.exec(alias) ?? []
  if (version === undefined) {
    const meant = aliases.filter((known) => known.name === name && (of === undefined || known.model === of))
    const [one, ...others] = meant
    if (one && others.length === 0) return { model: one.model, name, target: null }
    throw one ? ambiguous(name, meant) : unknownAlias(alias, aliases)
  }
  requireAliasName(name, [...new Set(releases.map(({ model }) => model))])
  const found = findVersion(releases, aliases, version)
  const cleaned = cleanedIn(records).get(found.tag)
  if (cleaned) throw goneRelease(found.tag, cleaned)
  if (of !== undefined && of !== found.model) {
    throw new Fault(
      'registry/bad-alias',
      `Cannot point "${alias}" at "${found.tag}": it is of model "${found.model}"; expected a version of "${of}"`,
      { remedy: `plumbline registry alias ${found.model}@${name} ${version}`, stays: 'no alias was changed' },
    )
  }
  return { model: found.model, name, target: found.tag }
}

function requireExpected(
  { alias, expected }: AliasWish,
  releases: readonly PublishedRecord[],
  aliases: readonly Alias[],
  was: string | null,
): void {
  if (expected === undefined) return
  const wanted = versionNamed(releases, aliases, expected)?.tag ?? expected
  if (wanted === was) return
  throw new Fault(
    'registry/alias-moved',
    `Cannot move "${alias}": it points at ${was ?? 'nothing'}; expected ${wanted}`,
    { remedy: 'Look who moved it: plumbline registry show', stays: 'no alias was changed' },
  )
}

function unknownAlias(alias: string, aliases: readonly Alias[]): Fault {
  const names = aliases.map(({ model, name }) => `${model}@${name}`)
  const meant = nearestName(alias, [...names, ...aliases.map(({ name }) => name)])
  return new Fault(
    'registry/bad-alias',
    `Cannot remove "${alias}": no model has an alias of that name; expected one that is set`,
    {
      remedy:
        meant !== undefined
          ? `Did you mean "${meant}"?`
          : names.length === 0
            ? 'There is none.'
            : `There are ${names.join(', ')}.`,
      stays: 'no alias was changed',
    },
  )
}

function ambiguous(name: string, meant: readonly Alias[]): Fault {
  return new Fault(
    'registry/ambiguous-alias',
    `Cannot remove "${name}": ${meant.length} models have an alias of that name; expected one`,
    { remedy: `Name the model, too: ${meant[0]?.model ?? ''}@${name}`, stays: 'no alias was changed' },
  )
}
