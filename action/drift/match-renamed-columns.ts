import { assignPairs } from './assign-pairs.ts'
import type { ColumnProfile } from './column-profile.ts'
import { nameSimilarity, shapeSimilarity, valueMatch } from './column-similarity.ts'

/** A missing column and a new one that fit each other. */
export interface Rename {
  /** `likely`: worth accepting; `possible`: worth a look, `doubts` says why not more. */
  readonly kind: 'likely' | 'possible'
  readonly missing: string
  readonly added: string
  /** 0..1: 0.6 of values, 0.25 of shapes, 0.15 of names. */
  readonly score: number
  /** Total variation of values, or Kolmogorov-Smirnov of numbers, 0..1; null where values cannot be compared. */
  readonly distance: number | null
  /** How far the second best pair of either column is behind, 0..1. */
  readonly margin: number
  /** Distinct values that both hold; null where values are numbers, or too many. */
  readonly sharedValues: number | null
  readonly distinctValues: number
  readonly doubts: readonly RenameDoubt[]
}

export type RenameDoubt = 'two-valued' | 'far-values' | 'no-values' | 'close-second' | 'few-rows'

const maxNullGap = 0.05
const maxDistinctGap = 0.1
/** The values must be nearer where the names say nothing: another column of the same kind may be as near as this. */
const maxDistance = { alike: 0.15, unlike: 0.08 } as const
const minNameSimilarity = 0.5
const minMargin = 0.1
const minRows = 20
const minScore = 0.5

/**
 * Pairs columns that are gone with columns that are new, by what they hold; names count little.
 * Never pairs a number with a text, nor columns whose share of nulls or of distinct values differ much.
 * Both profiles should be of about as many rows, because a share of distinct values depends on it.
 */
export function matchRenamedColumns(missing: readonly ColumnProfile[], added: readonly ColumnProfile[]): Rename[] {
  const scores = missing.map((old) => added.map((young) => (areCompatible(old, young) ? scoreOf(old, young) : 0)))
  return assignPairs(scores).flatMap((column, row): Rename[] => {
    const old = missing[row]
    const young = column === undefined ? undefined : added[column]
    if (!old || !young || column === undefined) return []
    const score = scores[row]?.[column] ?? 0
    if (score < minScore) return []
    return [judge(old, young, score, score - secondBest(scores, row, column))]
  })
}

function judge(old: ColumnProfile, young: ColumnProfile, score: number, margin: number): Rename {
  const { distance, sharedValues } = valueMatch(old, young)
  const doubts: RenameDoubt[] = []
  if (Math.min(filled(old), filled(young)) < minRows) doubts.push('few-rows')
  if (old.distinct <= 2 || young.distinct <= 2) doubts.push('two-valued')
  if (distance === null) doubts.push('no-values')
  else if (distance > maxDistanceOf(old, young)) doubts.push('far-values')
  if (margin < minMargin) doubts.push('close-second')
  return {
    kind: doubts.length === 0 ? 'likely' : 'possible',
    missing: old.name,
    added: young.name,
    score,
    distance,
    margin,
    sharedValues,
    distinctValues: young.distinct,
    doubts,
  }
}

function maxDistanceOf(old: ColumnProfile, young: ColumnProfile): number {
  return nameSimilarity(old.name, young.name) >= minNameSimilarity ? maxDistance.alike : maxDistance.unlike
}

function areCompatible(old: ColumnProfile, young: ColumnProfile): boolean {
  if (filled(old) === 0 || filled(young) === 0 || old.isNumeric !== young.isNumeric) return false
  const nullGap = Math.abs(old.nulls / old.rows - young.nulls / young.rows)
  const distinctGap = Math.abs(old.distinct / filled(old) - young.distinct / filled(young))
  return nullGap <= maxNullGap && distinctGap <= maxDistinctGap
}

function scoreOf(old: ColumnProfile, young: ColumnProfile): number {
  const value = valueMatch(old, young).similarity
  return 0.6 * value + 0.25 * shapeSimilarity(old, young) + 0.15 * nameSimilarity(old.name, young.name)
}

function secondBest(scores: readonly (readonly number[])[], row: number, column: number): number {
  const rivals = [
    ...(scores[row] ?? []).filter((_, other) => other !== column),
    ...scores.flatMap((line, other) => (other === row ? [] : [line[column] ?? 0])),
  ]
  return Math.max(0, ...rivals)
}

function filled(profile: ColumnProfile): number {
  return profile.rows - profile.nulls
}
