import type { DriftPicture } from '../../drift/drift-picture.ts'
import type { ColumnVerdict, JudgedColumn, JudgedDrift } from '../../drift/judge-drift.ts'

/** What a page tells about drift, of two samples or of a window beside what a model learned. */
export interface DriftPage {
  readonly title: string
  readonly verdict: JudgedDrift['verdict']
  /** Why, in one line. */
  readonly reason: string
  /** What was compared, by which rule: a word for it, and what it is. */
  readonly facts: readonly (readonly [term: string, text: string])[]
  /** What is no matter of one column alone: renamed, swapped, new ones. */
  readonly notes: readonly string[]
  /** The least effect that matters, 0..1; null where plain limits judge alone. */
  readonly effect: number | null
  /** The worst first. */
  readonly columns: readonly PageColumn[]
}

export interface PageColumn
  extends Pick<JudgedColumn, 'name' | 'kind' | 'reference' | 'current' | 'rows' | 'measures'> {
  readonly verdict: ColumnVerdict | 'already learned'
  /** Why the verdict is what it is, or in how many windows, where numbers do not say it; else empty. */
  readonly said: string
  readonly picture: DriftPicture | null
}

/** A verdict as a class of the style. */
export function classOf(verdict: PageColumn['verdict']): string {
  return verdict.replaceAll(' ', '-')
}

/** A text of at most so many letters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const letters = Array.from(text.slice(0, most * 2))
  return letters.length <= most && text.length <= most * 2 ? text : `${letters.slice(0, most - 1).join('')}…`
}
