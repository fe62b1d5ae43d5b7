/** A value, or why there is none: what cannot be measured never becomes a number that looks like one. */
export type Judged<Value = number> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly because: CannotJudge }

export type CannotJudge =
  | 'no reference values'
  | 'no current values'
  | 'a count is negative, not whole or not finite'
  | 'a value is not finite'
  | 'fewer than two categories'
  | 'nearly all of the reference is one value'
  | 'too many different values'

export function judged<Value>(value: Value): Judged<Value> {
  return { ok: true, value }
}

export function cannotJudge(because: CannotJudge): { readonly ok: false; readonly because: CannotJudge } {
  return { ok: false, because }
}
