import type { Gate } from '../project/project.ts'
import type { JudgedRows } from './judged-rows.ts'
import type { MetricValue } from './metric.ts'

export interface SliceVerdict {
  /** `weekday = Sun`; several columns joined by ` · `. */
  readonly slice: string
  readonly rows: number
  readonly value: number | null
  readonly kind: 'pass' | 'fail' | 'insufficient data'
}

/** What a gate says, with its reason in words and the numbers that it rests on. */
export interface GateVerdict {
  readonly gate: string
  readonly kind: 'pass' | 'fail' | 'insufficient data'
  readonly metric: string
  readonly value: number | null
  readonly min?: number
  readonly max?: number
  /** `0.861 ≥ 0.75`, `worst Sun 0.74 ≥ 0.60 (n 512)`. */
  readonly reason: string
  /** Worst first. */
  readonly slices: readonly SliceVerdict[]
}

export declare function judgeGates(
  gates: readonly Gate[],
  rows: JudgedRows,
  metrics: readonly MetricValue[],
): readonly GateVerdict[]
