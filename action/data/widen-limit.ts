import type { Breach } from './measure-breach.ts'

/** A limit that a value broke, and what is known of the others. */
export interface BrokenLimit {
  readonly isUpper: boolean
  readonly limit: number
  readonly isExclusive: boolean
  /** Room that lengths need none of: they are counted. */
  readonly isExact: boolean
}

export type WidenedLimit =
  | { readonly kind: 'widened'; readonly to: number; readonly seen: number }
  /** The value has another sign than all that was promised, or lies farther out than the good values are wide. */
  | { readonly kind: 'sign' | 'far' }

/** As generous a limit as the old one was: as many times the farthest value, up to ten, as that was of the farthest good one. */
export function widenLimit(broken: BrokenLimit, { all, good }: Breach & { readonly kind: 'range' }): WidenedLimit {
  const seen = broken.isUpper ? all.high : all.low
  const best = broken.isUpper ? good.high : good.low
  if (seen === null || best === null || good.low === null || good.high === null) return { kind: 'far' }
  if (Math.sign(seen) * Math.sign(broken.limit || best) < 0) return { kind: 'sign' }
  if (Math.abs(seen - broken.limit) > Math.max(good.high - good.low, Math.abs(broken.limit - best)))
    return { kind: 'far' }
  if (broken.isExact) return { kind: 'widened', to: seen, seen }
  const sign = broken.isUpper ? 1 : -1
  const room = sign * wider(broken.limit * sign, seen * sign, best * sign, broken.isExclusive)
  // What never was below zero is not expected to be; nor above.
  const to = room * seen < 0 || (seen === 0 && !broken.isExclusive) ? 0 : room
  // At the ends of what a number can be, nothing is left to round to.
  return Number.isFinite(to) && (to - seen) * sign >= 0 ? { kind: 'widened', to, seen } : { kind: 'far' }
}

const maxGenerosity = 10

function wider(limit: number, seen: number, best: number, isExclusive: boolean): number {
  const room = limit > 0 && best > 0 ? seen * Math.min(limit / best, maxGenerosity) : seen + (limit - best)
  const step = 10 ** (Math.floor(Math.log10(Math.abs(room || 1))) - 1)
  const rounded = Number((Math.ceil(Number((room / step).toPrecision(12))) * step).toPrecision(12))
  const isShort = isExclusive ? rounded <= seen : rounded < seen
  return isShort ? Number((rounded + step).toPrecision(12)) : rounded
}
