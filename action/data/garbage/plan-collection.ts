/** What a store elsewhere keeps, and removes, as one: an object, or a release of packs. */
export interface StoredUnit {
  /** An object's digest, a release's tag. */
  readonly name: string
  readonly digests: readonly string[]
  readonly bytes: number
  /** When it was brought there. */
  readonly sinceMs: number
}

export interface CollectionFacts {
  /** Digests that a lock names. */
  readonly needed: ReadonlySet<string>
  /** Names of units that a lock is about to need. */
  readonly claimed: ReadonlySet<string>
  readonly nowMs: number
  readonly graceMs: number
}

export interface Weight {
  readonly files: number
  readonly bytes: number
}

export interface CollectionPlan {
  readonly remove: readonly StoredUnit[]
  /** Why the rest stays; `needed` counts whole units, with what in them nobody needs. */
  readonly kept: { readonly needed: Weight; readonly young: Weight; readonly claimed: Weight }
}

/** Only what no lock needs, nobody is about to need, and has lain there for long. */
export function planCollection(units: readonly StoredUnit[], facts: CollectionFacts): CollectionPlan {
  const { needed, claimed, nowMs, graceMs } = facts
  const sorted = { needed: none(), young: none(), claimed: none(), remove: none() }
  for (const unit of units) {
    if (unit.digests.some((digest) => needed.has(digest))) sorted.needed.push(unit)
    else if (!(nowMs - unit.sinceMs >= graceMs)) sorted.young.push(unit)
    else sorted[claimed.has(unit.name) ? 'claimed' : 'remove'].push(unit)
  }
  return {
    remove: sorted.remove,
    kept: { needed: weigh(sorted.needed), young: weigh(sorted.young), claimed: weigh(sorted.claimed) },
  }
}

export function weigh(units: readonly StoredUnit[]): Weight {
  return {
    files: units.reduce((sum, { digests }) => sum + digests.length, 0),
    bytes: units.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

function none(): StoredUnit[] {
  return []
}
