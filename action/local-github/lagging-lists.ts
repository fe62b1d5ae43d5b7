import type { Json } from '../base/canonical-json.ts'

/** How long what was just made is missing from lists: for so many further requests, for so long, or both. */
export interface Lag {
  readonly requests?: number
  readonly ms?: number
}

export interface LaggingLists {
  /** Of the answer to a request that made something. */
  readonly made: (answer: Json) => void
  /** Called once a request. */
  readonly tick: () => void
  /** A list without what does not show in it yet; `isStale`: without all that was made since the server started. */
  readonly show: (list: Json, isStale: boolean) => Json
}

/** Lists of GitHub are no part of the write that they should show: softprops/action-gh-release #705. */
export function openLaggingLists(lag: Lag | undefined, now: () => number = Date.now): LaggingLists {
  const made = new Map<number, { readonly atRequest: number; readonly atMs: number }>()
  let requests = 0
  const isHidden = (id: number, isStale: boolean): boolean => {
    const found = made.get(id)
    if (!found) return false
    const isRecent =
      (lag?.requests !== undefined && requests - found.atRequest <= lag.requests) ||
      (lag?.ms !== undefined && now() - found.atMs < lag.ms)
    return isStale || isRecent
  }
  const without = (items: readonly Json[], isStale: boolean) =>
    items.filter((item) => {
      const id = idOf(item)
      return id === undefined || !isHidden(id, isStale)
    })
  return {
    made: (answer) => {
      const id = idOf(answer)
      if (id !== undefined) made.set(id, { atRequest: requests, atMs: now() })
    },
    tick: () => {
      requests++
    },
    show: (list, isStale) => {
      if (isList(list)) return without(list, isStale)
      if (list === null || typeof list !== 'object') return list
      return Object.fromEntries(
        Object.entries(list).map(([key, value]) => [key, isList(value) ? without(value, isStale) : value]),
      )
    },
  }
}

function idOf(value: Json | undefined): number | undefined {
  if (value === null || typeof value !== 'object' || isList(value)) return undefined
  return typeof value['id'] === 'number' ? value['id'] : undefined
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
