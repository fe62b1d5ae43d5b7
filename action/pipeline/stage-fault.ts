import { Fault, type FaultCode } from '../base/fault.ts'
import type { ProgramStage, Project } from '../project/project.ts'
import { formatBytes } from '../report/numbers.ts'
import { subjectOf } from './collect-outputs.ts'
import { interruptedProgram, ProgramFault } from './program-fault.ts'
import type { ProgramEnd, ProgramRun } from './run-program.ts'

export interface FailedStage {
  readonly project: Project
  readonly stage: ProgramStage
  readonly name: string
  readonly subject?: string
  readonly logFile: string
  readonly attempt?: number
}

/** Pure: what to tell of a program that did not end well. */
export function stageFault(run: FailedStage, program: ProgramRun): Fault {
  const { project, stage, logFile, attempt = 1 } = run
  const { end, resources } = program
  const here = `${project.file}:${stage.line}`
  const often = attempt > 1 ? ` in ${attempt} attempts` : ''
  const tail = lastLinesOf(end)
    .map((line) => `\n    ${line}`)
    .join('')
  const fail = (code: FaultCode, what: string, remedy = `Its whole log: ${logFile}`) =>
    new ProgramFault(code, `Cannot finish ${subjectOf(run)}${often}: ${what}${tail}`, {
      remedy,
      end,
      attempts: attempt,
    })

  if (end.kind === 'interrupted') return interruptedProgram(subjectOf(run))
  if (end.kind === 'timed-out') return fail('stage/timeout', `it ran longer than its timeout (${here})`)
  if (end.kind === 'over-limit') {
    const { resource, limitBytes, peakBytes } = end.over
    const peak = Math.max(peakBytes, peakOf(program, resource))
    return fail(
      'stage/over-limit',
      `it took ${formatBytes(peak)} of ${resource}; its limit is ${formatBytes(limitBytes)} (${here})`,
      `Make it take less, or raise resources.${resource} (${here}); its log: ${logFile}`,
    )
  }
  if (isDiskFull(program)) {
    const wrote = resources ? `, of which it took ${formatBytes(resources.diskBytes)}` : ''
    return fail('stage/disk-full', `the disk is full${wrote}`, `Make room, then run again; its log: ${logFile}`)
  }
  const held = resources ? `; it held ${formatBytes(resources.peakMemoryBytes)} at its most` : ''
  if (program.hadOomKills) {
    return fail(
      'stage/out-of-memory',
      `the system killed it, or a process of its, for want of memory${held}`,
      `Make it take less memory, or run it where there is more; its log: ${logFile}`,
    )
  }
  if (end.kind === 'failed' && end.signal === 'SIGKILL') {
    return fail('stage/failed', `it was killed by SIGKILL: likely for want of memory${held}`)
  }
  if (end.kind === 'failed' && end.signal !== null) return fail('stage/failed', `it was killed by ${end.signal}`)
  return fail('stage/failed', `it ended with code ${end.kind === 'failed' ? end.code : 0}; expected 0`)
}

/** Of a stage that ended well, and whose outputs the disk cannot take. */
export function fullDiskFault(run: FailedStage, cause: unknown): Fault {
  return new Fault(
    'stage/disk-full',
    `Cannot keep the outputs of ${subjectOf(run)}: the disk is full; expected room for a copy of them`,
    { remedy: `Make room, then run again; its log: ${run.logFile}`, cause },
  )
}

export function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

/** Some programs say so and fail; of others only our own log tells. */
function isDiskFull({ end, log }: ProgramRun): boolean {
  if (log.problem === 'ENOSPC' || log.problem === 'EDQUOT') return true
  return lastLinesOf(end).some((line) => /\bENOSPC\b|\bEDQUOT\b|No space left on device|Disk quota exceeded/.test(line))
}

function lastLinesOf(end: ProgramEnd): readonly string[] {
  return 'lastLines' in end ? end.lastLines : []
}

function peakOf({ resources }: ProgramRun, resource: 'memory' | 'disk'): number {
  return (resource === 'memory' ? resources?.peakMemoryBytes : resources?.diskBytes) ?? 0
}
