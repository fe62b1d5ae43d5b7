import type { ResourceLimits } from '../project/project.ts'
import type { StageResources } from './run-record.ts'

/** A limit that was passed. */
export interface OverLimit {
  readonly resource: 'memory' | 'disk'
  readonly peakBytes: number
  readonly limitBytes: number
}

/** Pure: the first limit that is passed. */
export function findOverLimit(
  { peakMemoryBytes, diskBytes }: Pick<StageResources, 'peakMemoryBytes' | 'diskBytes'>,
  limits: ResourceLimits,
): OverLimit | undefined {
  if (limits.memoryBytes !== undefined && peakMemoryBytes > limits.memoryBytes) {
    return { resource: 'memory', peakBytes: peakMemoryBytes, limitBytes: limits.memoryBytes }
  }
  if (limits.diskBytes !== undefined && diskBytes > limits.diskBytes) {
    return { resource: 'disk', peakBytes: diskBytes, limitBytes: limits.diskBytes }
  }
  return undefined
}

/** Of several executions of one stage: their times together, and the highest of their peaks. */
export function joinResources(
  one: StageResources | undefined,
  other: StageResources | undefined,
): StageResources | undefined {
  if (!one || !other) return one ?? other
  return {
    cpuSeconds: Math.round((one.cpuSeconds + other.cpuSeconds) * 1000) / 1000,
    peakMemoryBytes: Math.max(one.peakMemoryBytes, other.peakMemoryBytes),
    diskBytes: Math.max(one.diskBytes, other.diskBytes),
  }
}

/** Whether a value that was read is such a measurement. */
export function isStageResources(value: unknown): value is StageResources {
  if (typeof value !== 'object' || value === null) return false
  const fields: Readonly<Record<string, unknown>> = { ...value }
  return ['cpuSeconds', 'peakMemoryBytes', 'diskBytes'].every((name) => {
    const amount = fields[name]
    return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0
  })
}
