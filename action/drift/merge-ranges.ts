/** Items in a row that merge, whatever their order, into what the whole is. */
export interface MergedRanges<Item> {
  add(item: Item): void
  /** The items from a place on as one; undefined of none. */
  from(place: number): Item | undefined
}

/** What fewer items come to is not kept: they are merged in no time. */
const leastKept = 4

/**
 * Merges the newest items of a row that grows, as many as are asked for, from few that were merged before: of 2ᵏ items each,
 * that begin at a multiple of 2ᵏ. What lies before the newest place that was asked for is forgotten, and merged anew if need be.
 */
export function mergeRanges<Item>(merge: (items: readonly Item[]) => Item): MergedRanges<Item> {
  const items: Item[] = []
  const kept = new Map<string, { readonly end: number; readonly item: Item }>()
  const merged = (place: number, level: number): Item[] => {
    if (level < leastKept) return items.slice(place, place + 2 ** level)
    const key = `${level} ${place}`
    const found =
      kept.get(key)?.item ?? merge([...merged(place, level - 1), ...merged(place + 2 ** (level - 1), level - 1)])
    kept.set(key, { end: place + 2 ** level, item: found })
    return [found]
  }
  return {
    add: (item) => void items.push(item),
    from(place) {
      for (const [key, { end }] of kept) if (end <= place) kept.delete(key)
      const parts: Item[] = []
      for (let at = place; at < items.length; ) {
        let level = 0
        while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= items.length) level += 1
        parts.push(...merged(at, level))
        at += 2 ** level
      }
      return parts.length > 0 ? merge(parts) : undefined
    },
  }
}
