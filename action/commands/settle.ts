import { Fault } from '../base/fault.ts'
import { systemFault } from '../base/system-fault.ts'
import type { Ending } from '../report/ending.ts'
import type { Command, CommandContext } from './define-command.ts'

/** Runs a command to its end; only `settle` catches what it throws. */
export async function runCommand(
  command: Command,
  inputs: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<Ending> {
  const outcome = await command.run(inputs, context)
  if (outcome.kind !== 'diagnosed') {
    return { kind: outcome.kind, result: outcome.result, report: await command.report(outcome.result) }
  }
  const { diagnostics, result } = outcome
  if (result === undefined) return { kind: 'diagnosed', diagnostics }
  return { kind: 'diagnosed', diagnostics, result, report: await command.report(result) }
}

/** Turns everything that work can throw into an ending; an error that nobody foresaw is a bug of ours. */
export async function settle(work: () => Promise<Ending>, signal: AbortSignal): Promise<Ending> {
  try {
    return await work()
  } catch (error) {
    return { kind: 'fault', fault: faultOf(error, signal) }
  }
}

function faultOf(error: unknown, signal: AbortSignal): Fault {
  if (signal.aborted) {
    return new Fault('interrupted', 'Interrupted', {
      remedy: 'Run the same command again: it goes on where it stopped.',
    })
  }
  if (error instanceof Fault) return error
  const refused = systemFault(error)
  if (refused) return refused
  const message = error instanceof Error ? error.message : String(error)
  return new Fault('bug/unexpected', `Plumbline stopped unexpectedly: ${message}`, {
    remedy: 'Report it with the lines below: this is a bug in Plumbline, not in your files.',
    cause: error,
  })
}
