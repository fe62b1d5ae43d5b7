import { sha256 } from '../base/sha256.ts'
import { gatePolicy } from './built-in-stages.ts'
import type { DeclaredRun } from './declare-run.ts'
import type { RunRecord } from './run-record.ts'
import { stageKey } from './stage-key.ts'
import type { StageResult } from './stage-result.ts'

/** What stands in the project's files now and is another than a finished run was held against. */
export type OtherPolicy = 'contract' | 'gates'

type Policies = Pick<DeclaredRun, 'project' | 'contract' | 'contracts' | 'stageContracts'>

/** Pure: the run key leaves out what a model is judged by, so that a run of the same key may have been judged by something else. */
export function otherPolicy(
  declared: Policies,
  { stages }: Pick<RunRecord, 'stages'>,
  { validate, gate }: { readonly validate: StageResult; readonly gate: StageResult },
): OtherPolicy | undefined {
  if (validate.parts['contract'] !== sha256(declared.contracts.text)) return 'contract'
  const isKept = [...declared.stageContracts].every(([stage, { text }]) => isHeldAgainst(stages, stage, text))
  if (!isKept) return 'contract'
  const { gates, privacy } = gatePolicy(declared)
  return gate.parts['gates'] === gates && gate.parts['privacy'] === privacy ? undefined : 'gates'
}

/** Of a stage that made something, as `takeOutputCheck()` names its check. */
function isHeldAgainst(stages: RunRecord['stages'], stage: string, contract: string): boolean {
  const made = stages.find(({ name }) => name === stage)
  if (!made || !['done', 'cached'].includes(made.outcome)) return true
  const name = `${stage}.contract`
  const check = stages.find((known) => known.name === name)
  return Object.values(made.outputs).some((rows) => check?.key === stageKey(name, { rows, contract: sha256(contract) }))
}
