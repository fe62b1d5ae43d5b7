import type { AssetFacts } from './release-facts.ts'

/** One file of two releases; null where a release has none of that name. */
export interface AssetSide {
  readonly name: string
  readonly before: AssetFacts | null
  readonly after: AssetFacts | null
  readonly isSame: boolean
}

/** Pure: the assets of two releases by name, in the order of the later, then what only the earlier has. */
export function compareAssets(before: readonly AssetFacts[], after: readonly AssetFacts[]): readonly AssetSide[] {
  const names = new Set([...after, ...before].map(({ name }) => name))
  return [...names].map((name) => {
    const find = (assets: readonly AssetFacts[]) => assets.find((asset) => asset.name === name) ?? null
    const [one, other] = [find(before), find(after)]
    return { name, before: one, after: other, isSame: one?.sha256 === other?.sha256 && one?.sha256 !== null }
  })
}
