import { canonicalJson } from '../base/canonical-json.ts'
import { sha256 } from '../base/sha256.ts'

/** Everything that makes a stage's bytes, by name: `file train.py`, `params`, `stage features`. Values are digests or short texts. */
export type KeyParts = Readonly<Record<string, string>>

/** Raised whenever Plumbline itself makes other bytes of the same parts. */
const recipe = '1'

/** SHA-256 over a stage's parts: equal parts, equal key, on any machine. */
export function stageKey(stage: string, parts: KeyParts): string {
  return sha256(canonicalJson({ recipe, stage, parts }))
}

/** The names of the parts in which two keys differ, sorted; a part that only one has counts. */
export function changedParts(before: KeyParts, after: KeyParts): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => before[name] !== after[name]).sort()
}
