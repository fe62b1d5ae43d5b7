import type { ProgramRun } from './run-program.ts'
import type { StageResources } from './run-record.ts'
import { joinResources } from './stage-resources.ts'

/** Adds up what the executions of one stage took, those that failed too. */
export interface StageMeter {
  readonly add: (program: Pick<ProgramRun, 'resources' | 'log'>) => void
  readonly total: () => Measured
}

/** As results and records keep it. */
export interface Measured {
  readonly resources?: StageResources
  readonly droppedLogBytes?: number
}

export function openMeter(): StageMeter {
  let resources: StageResources | undefined
  let droppedLogBytes = 0
  return {
    add: (program) => {
      resources = joinResources(resources, program.resources)
      droppedLogBytes += program.log.droppedBytes
    },
    total: () => ({ ...(resources && { resources }), ...(droppedLogBytes > 0 && { droppedLogBytes }) }),
  }
}
