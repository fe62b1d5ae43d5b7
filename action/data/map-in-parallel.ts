/**
 * The results of `work` on each item, in the order of the items, with at most `limit` at work at a time.
 * Where one fails nothing more begins, and its error comes once those under way have ended: nothing writes behind an error.
 */
export async function mapInParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>()
  const errors: unknown[] = []
  const waiting = items.entries()
  const worker = async () => {
    for (const [index, item] of waiting) {
      try {
        results.set(index, await work(item))
      } catch (error) {
        errors.push(error)
      }
      if (errors.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (errors.length > 0) throw errors[0]
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}
