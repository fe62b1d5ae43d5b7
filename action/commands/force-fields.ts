import { Fault } from '../base/fault.ts'
import { plainText } from '../report/terminal.ts'
import { flag, text } from './fields.ts'

/** Inputs by which a person retrains whatever triggers and limits say. */
export const forceFields = {
  force: flag({
    description: 'Do it all the same: over files and results that are there, past triggers and limits of retraining',
  }),
  reason: text({ description: 'With `force`: why, kept in the ledger and the pull request', example: 'new carrier' }),
}

const longestReason = 200

/** The reason where it is forced, else null. Throws `cli/bad-input` where one is given without the other. */
export function readForce({ force, reason }: { force: boolean; reason: string | undefined }): string | null {
  const given = plainText(reason ?? '')
    .replace(/\s+/g, ' ')
    .trim()
  // Of marks that nobody sees no reason is made.
  if (force && /[\p{L}\p{N}\p{P}\p{S}]/u.test(given)) {
    if (given.length <= longestReason) return given
    throw new Fault('cli/bad-input', `Cannot use --reason: it has ${given.length} characters; expected at most 200`, {
      remedy: 'Say it shorter.',
    })
  }
  if (!force && reason === undefined) return null
  throw force
    ? new Fault('cli/bad-input', 'Cannot use --force: no reason is given; expected one, which is kept', {
        remedy: 'Say why: --force --reason "new carrier"',
      })
    : new Fault('cli/bad-input', 'Cannot use --reason: nothing is forced; expected it beside --force', {
        remedy: 'Add --force, or take out --reason.',
      })
}
