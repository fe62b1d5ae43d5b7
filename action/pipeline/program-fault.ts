import { Fault, type FaultCode, type FaultDetails } from '../base/fault.ts'
import type { ProgramEnd } from './run-program.ts'

/** A user's program did not end well. */
export class ProgramFault extends Fault {
  readonly end: ProgramEnd
  /** Executions so far, this one included. */
  readonly attempts: number

  constructor(
    code: FaultCode,
    message: string,
    details: FaultDetails & { readonly end: ProgramEnd; readonly attempts: number },
  ) {
    super(code, message, details)
    this.end = details.end
    this.attempts = details.attempts
  }
}

export function interruptedProgram(subject: string): Fault {
  return new Fault('interrupted', `Cannot finish ${subject}: interrupted`, {
    remedy: 'Run again; finished stages are kept.',
  })
}
