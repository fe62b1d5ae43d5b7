import type { Seen } from '../github/settings/seen.ts'
import type { Observed } from './observed.ts'

/** One setting that the loop needs. */
export interface Check {
  /** `actions/on` */
  readonly id: string
  /** As GitHub's web calls it. */
  readonly setting: string
  /** `page:settings/actions` is below the repository's page; anything else is a path in the repository. */
  readonly where: string
  /** What happens where it is wrong. */
  readonly without: string
  readonly judge: (observed: Observed) => Judgement
}

export type Judgement =
  | { readonly state: 'ok'; readonly found: string }
  | { readonly state: 'wrong'; readonly found: string; readonly mend: string }
  | { readonly state: 'cannot see'; readonly found: string }

export function ok(found: string): Judgement {
  return { state: 'ok', found }
}

export function wrong(found: string, mend: string): Judgement {
  return { state: 'wrong', found, mend }
}

export function cannotSee(found: string): Judgement {
  return { state: 'cannot see', found }
}

/** What is not seen is never good news: it is judged only where it is there. */
export function whereSeen<T>(fact: Seen<T>, judge: (value: T) => Judgement): Judgement {
  return fact.kind === 'seen' ? judge(fact.value) : cannotSee(fact.why)
}
