import { type CategoryVariation, categoryVariation } from './category-variation.ts'
import type { ColumnBlock } from './column-block.ts'
import { type DriftColumn, maxCodes, type NotJudged } from './drift-column.ts'
import { type BlockedColumn, mergeJudged, type ReferenceColumn, spreadOf, variationOf } from './drift-reference.ts'
import type { Question } from './judge-rows.ts'
import type { NaturalVariation } from './natural-variation.ts'
import { type NumberVariation, numberVariation } from './number-variation.ts'
import type { VariationBounds } from './variation-bounds.ts'

/** A column of blocks that come one by one: what a window is compared with, and how much the column varies by itself. */
export interface GrowingColumn extends ReferenceColumn {
  add(block: BlockedColumn): void
  bounds(kind: DriftColumn['kind'], question: Question, spread?: number): VariationBounds | undefined
  /** Measures anew from all blocks, so that bounds that are asked for later lie close together. */
  tighten(kind: DriftColumn['kind'], question: Question): void
  /** Works it out from all blocks. */
  variation(kind: DriftColumn['kind'], question: Question): NaturalVariation | undefined
}

export function growingColumn(): GrowingColumn {
  const blocks: ColumnBlock[] = []
  let because: NotJudged | undefined
  let merged: ColumnBlock | undefined
  let [rows, squares] = [0, 0]
  const shares = {
    missing: categoryVariation(),
    'not a number': categoryVariation(),
    'not a time': categoryVariation(),
  }
  let numbers: NumberVariation | undefined = numberVariation()
  let categories: CategoryVariation | undefined = categoryVariation()
  const addValues = (block: ColumnBlock, all: ColumnBlock) => {
    const place = blocks.length - 1
    const [own, { values }] = [block.values, all]
    if (own.kind === 'number' && values.kind === 'number') numbers?.add(own, place, values.bits)
    else numbers = undefined
    if (!areCategories(all)) categories = undefined
    categories?.add(countsOf(block), place)
  }
  return {
    get because() {
      return because
    },
    merged: () => merged,
    add(block) {
      if ('because' in block) {
        because ??= block.because
        return
      }
      blocks.push(block)
      rows += block.rows
      squares += block.rows ** 2
      merged = mergeJudged(merged ? [merged, block] : [block])
      addValues(block, merged)
      for (const [question, share] of Object.entries(shares)) {
        const hits = question === 'missing' ? block.missing : block.unreadable
        share.add(
          [
            ['hit', hits],
            ['rest', block.rows - hits],
          ],
          blocks.length - 1,
        )
      }
    },
    bounds(kind, question, spread = rows > 0 ? squares / rows ** 2 : 1) {
      if (question !== 'values') return shares[question].bounds(spread)
      return kind === 'category' ? categories?.bounds(spread) : numbers?.bounds(spread)
    },
    tighten(kind, question) {
      if (question !== 'values' || kind !== 'number') return
      numbers?.anchor(blocks.flatMap(({ values }) => (values.kind === 'number' ? [values] : [])))
    },
    variation(kind, question) {
      if (!merged) return undefined
      const all = merged
      const found = variationOf(kind, question, blocks, () => all)
      return found && { ...found, spread: spreadOf(blocks) }
    },
  }
}

/** Whether a window may be compared with it as with categories. */
function areCategories({ values }: ColumnBlock): boolean {
  if (values.kind !== 'number') return values.kind === 'category'
  return values.bits === 64 && values.values.length <= maxCodes
}

function countsOf({ values }: ColumnBlock): (readonly [string, number])[] {
  if (values.kind === 'category') return [...values.values]
  if (values.kind !== 'number') return []
  const finite = Array.from(values.values, (value, index) => [String(value), values.counts[index] ?? 0] as const)
  return [...finite, ['-Infinity', values.minusInfinity], ['Infinity', values.plusInfinity]]
}
