import { isClassified } from '../project/contract.ts'
import type { DeclaredRun } from './declare-run.ts'
import { mayShowRows } from './row-privacy.ts'
import type { Candidate } from './run-record.ts'

/** Whether a judgement was kept, and if not, why. */
export type KeptJudgement = { readonly kind: 'kept' } | { readonly kind: 'not kept'; readonly reason: string }

/**
 * Writes what the gates were judged by to a file that may be published: pseudonyms instead of ids, no feature, and the truth
 * only where the contract and the project's privacy let it be seen.
 */
export async function keepJudgement(
  { project, contract, keys }: DeclaredRun,
  { truth, predictions }: Candidate,
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
): Promise<KeptJudgement> {
  if (!(await mayShowRows(project, environment)))
    return { kind: 'not kept', reason: 'the repository is public, and privacy.public is not set' }
  if (isClassified(contract.columns.find(({ name }) => name === project.model.target)))
    return { kind: 'not kept', reason: 'the contract classifies the target' }
  if (truth === undefined) return { kind: 'not kept', reason: 'the truth of the test rows is not here' }
  const { joinPredictions } = await import('../data/join-predictions.ts')
  const { writeStoredPredictions } = await import('../data/stored-predictions.ts')
  const files = { truthFile: truth, predictionsFile: predictions }
  const rows = await joinPredictions({ project, contract, ...files, salt: keys.runKey })
  if (!rows.ok) return { kind: 'not kept', reason: 'the predictions cannot be read again' }
  // Where a gate stands in its file says nothing of it.
  const gates = project.gates.map((gate) => ({ ...gate, line: 0 }))
  const judgement = { rows: rows.value, gates, minCount: project.privacy.minCount }
  await writeStoredPredictions(file, judgement, rows.value.pseudonyms ?? [])
  return { kind: 'kept' }
}
