/** What an answer must hold for us to go on: a kind of value, a list of such, or fields; `?` ends what may be null or absent. */
export type Shape = 'text' | 'number' | 'flag' | 'text?' | readonly [Shape] | { readonly [field: string]: Shape }

/** Where and how a value does not fit, undefined where it does: `assets[0].name is no text`. */
export function misfit(value: unknown, shape: Shape, place = 'it'): string | undefined {
  if (shape === 'text?') return value === null || value === undefined ? undefined : misfit(value, 'text', place)
  if (shape === 'text') return typeof value === 'string' ? undefined : `${place} is no text`
  if (shape === 'number') return Number.isFinite(value) ? undefined : `${place} is no number`
  if (shape === 'flag') return typeof value === 'boolean' ? undefined : `${place} is neither true nor false`
  const path = place === 'it' ? '' : place
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${place} is no list`
    return firstOf(value.map((item, index) => () => misfit(item, shape[0], `${path}[${index}]`)))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${place} has no fields`
  const fields = value as Readonly<Record<string, unknown>>
  return firstOf(
    Object.entries(shape).map(
      ([name, inner]) =>
        () =>
          misfit(fields[name], inner, path === '' ? name : `${path}.${name}`),
    ),
  )
}

function isList(shape: readonly [Shape] | { readonly [field: string]: Shape }): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const wrong = check()
    if (wrong !== undefined) return wrong
  }
  return undefined
}
