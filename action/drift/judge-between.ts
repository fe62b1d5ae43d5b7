import type { DriftColumn } from './drift-column.ts'
import { type DriftRule, type JudgedDrift, judgeMeasured, measureColumns, type VariationOf } from './judge-drift.ts'
import type { Question } from './judge-rows.ts'
import type { NaturalVariation } from './natural-variation.ts'
import type { VariationBounds } from './variation-bounds.ts'

export interface BoundedVariation {
  /** Undefined where nothing is known before it is worked out. */
  readonly boundsOf: (column: DriftColumn, question: Question) => VariationBounds | undefined
  /** Draws bounds closer together, so that they hold for later windows, too. */
  readonly tighten: (column: DriftColumn, question: Question) => void
  readonly variationOf: VariationOf
}

/**
 * The verdicts of `judgeDrift()`, without the natural variation that makes no difference to any. Each p-value grows with it,
 * and what Benjamini and Hochberg reject shrinks with every p-value that grows; so a question that is answered alike with the
 * least and the most of all of them is answered so with what lies between. Of the others bounds are drawn closer, and where that
 * is not enough, it is worked out.
 */
export function judgeBetween(
  columns: readonly DriftColumn[],
  vanished: readonly string[],
  rule: DriftRule,
  { boundsOf, tighten, variationOf }: BoundedVariation,
): JudgedDrift {
  const measured = measureColumns(columns, true)
  const known = new Map<string, { readonly variation: NaturalVariation | undefined }>()
  const tightened = new Set<string>()
  const keyOf = (column: string, question: Question) => `${question} ${column}`
  const bounds = new Map(
    measured.flatMap(({ column, rows }) => {
      return rows.map(({ question }) => [keyOf(column.name, question), boundsOf(column, question)] as const)
    }),
  )
  const judge = (end: keyof VariationBounds) => {
    const variation: VariationOf = (column, question) => {
      const key = keyOf(column.name, question)
      const found = known.get(key)
      return found ? found.variation : bounds.get(key)?.[end]
    }
    return judgeMeasured(measured, vanished, rule, variation, 'for-verdicts')
  }
  for (const { column, rows } of measured) {
    for (const { question } of rows) {
      const key = keyOf(column.name, question)
      if (!bounds.get(key)) known.set(key, { variation: variationOf(column, question) })
    }
  }
  for (;;) {
    const [least, most] = [judge('least'), judge('most')]
    const verdicts = new Map(
      most.columns.flatMap(({ name, rows }) => {
        return rows.map(({ question, verdict }) => [keyOf(name, question), verdict] as const)
      }),
    )
    const open = least.columns.flatMap(({ name, rows }) => {
      return rows.flatMap(({ question, verdict }) =>
        verdicts.get(keyOf(name, question)) === verdict ? [] : [{ name, question }],
      )
    })
    if (open.length === 0) return least
    for (const { name, question } of open) {
      const column = columns.find((one) => one.name === name)
      const key = keyOf(name, question)
      if (!column) continue
      if (tightened.has(key)) known.set(key, { variation: variationOf(column, question) })
      else {
        tighten(column, question)
        bounds.set(key, boundsOf(column, question))
        tightened.add(key)
      }
    }
  }
}
