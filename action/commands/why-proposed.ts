import { Fault } from '../base/fault.ts'
import type { ProposedWhy } from '../pipeline/read-trigger.ts'
import type { CommandContext } from './define-command.ts'

/** Why data was proposed, by the ledger. Whoever cannot be told by it goes on as a commit's run, and says so. */
export async function whyProposed(
  context: CommandContext,
  [model, dataDigest, runKey]: readonly [model: string, dataDigest: string, runKey: string],
): Promise<ProposedWhy | undefined> {
  const { readWhyProposed } = await import('./known-runs.ts')
  try {
    return await readWhyProposed(context, { model, dataDigest, runKey })
  } catch (error) {
    if (context.signal.aborted || !(error instanceof Fault) || error.owner === 'bug') throw error
    context.progress.note(`trigger: the ledger does not tell why this data was proposed (${error.code})`)
    return undefined
  }
}
