import { Fault } from '../base/fault.ts'
import type { HiddenTexts } from '../base/hidden-texts.ts'
import { systemFault } from '../base/system-fault.ts'
import type { Ending } from '../report/ending.ts'
import type { Command, CommandContext, Outcome } from './define-command.ts'

/** Runs a command to its end; only `settle` catches what it throws. */
export async function runCommand(
  command: Command,
  inputs: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<Ending> {
  const outcome = withoutSecrets(await command.run(inputs, context), context.hidden)
  if (outcome.kind !== 'diagnosed') {
    const stay = outcome.kind === 'done' ? outcome.stay : undefined
    const report = await command.report(outcome.result)
    return { kind: outcome.kind, result: outcome.result, report, ...(stay && { stay }) }
  }
  const { diagnostics, result } = outcome
  if (result === undefined) return { kind: 'diagnosed', diagnostics }
  return { kind: 'diagnosed', diagnostics, result, report: await command.report(result) }
}

/** Turns everything that work can throw into an ending; an error that nobody foresaw is a bug of ours. */
export async function settle(work: () => Promise<Ending>, signal: AbortSignal, hidden?: HiddenTexts): Promise<Ending> {
  try {
    return await work()
  } catch (error) {
    const fault = faultOf(error, signal)
    return { kind: 'fault', fault: hidden ? faultWithout(fault, hidden) : fault }
  }
}

/** Before it is worded: escaping for a medium could pull a secret apart. */
function withoutSecrets(outcome: Outcome<unknown>, hidden: HiddenTexts | undefined): Outcome<unknown> {
  if (hidden === undefined) return outcome
  if (outcome.kind !== 'diagnosed') return { ...outcome, result: hidden.value(outcome.result) }
  return {
    kind: 'diagnosed',
    diagnostics: hidden.value(outcome.diagnostics),
    ...(outcome.result !== undefined && { result: hidden.value(outcome.result) }),
  }
}

function faultWithout(fault: Fault, { text }: HiddenTexts): Fault {
  const { code, message, remedy, stays, cause } = fault
  const shown = new Fault(code, text(message), {
    remedy: text(remedy),
    ...(stays !== undefined && { stays: text(stays) }),
    cause,
  })
  if (fault.stack !== undefined) shown.stack = text(fault.stack)
  return shown
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
  const cause = withoutRow(error)
  const message = cause instanceof Error ? cause.message : String(cause)
  return new Fault('bug/unexpected', `Plumbline stopped unexpectedly: ${message}`, {
    remedy: 'Report it with the lines below: this is a bug in Plumbline, not in your files.',
    cause,
  })
}

/** DuckDB repeats the row of a text file that it cannot read, and nothing tells where that ends: what follows goes with it. */
function withoutRow(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes('Original Line:')) return error
  const told = new Error(error.message.replace(/Original Line:.*/s, 'Original Line: …'))
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  told.stack = [String(told), ...frames].join('\n')
  return told
}
