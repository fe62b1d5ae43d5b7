const pageSize = 100

/** Every item of a list that GitHub wraps into an object, page by page. */
export async function allPages<T>(
  ask: (page: { readonly page: number; readonly per_page: number }) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const all: T[] = []
  for (let page = 1; ; page++) {
    const items = await ask({ page, per_page: pageSize })
    all.push(...items)
    if (items.length < pageSize) return all
  }
}
